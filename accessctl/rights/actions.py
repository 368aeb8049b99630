"""Writes that change what a role gives. What would give the one who asks more needs a second person."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from accessctl.actions import RightsError, end_now, keeping_somebody
from accessctl.audit import record_event
from accessctl.models import Role, RoleChange, User
from accessctl.permissions import OFFICER_GRANTS, Permission
from accessctl.roles import ROLES, STAFF_REACHES, not_served
from accessctl.scope import scope_of

AND_MORE = "…"
# Stands in the log, in the language of the log.
APPROVED_BY_A_HOLDER = "Godkjent av en som selv har rollen og får de samme rettighetene"


@transaction.atomic
def change_role(
    role: Role, *, permissions: Collection[str], by: User, reason: str, based_on: Collection[str] | None = None
) -> RoleChange | None:
    """Change what a role gives. When that would give the one who asks more, a colleague has to approve.

    `based_on` is what the role gave when the user last looked. Returns the change that waits for approval, or None when
    it is in force. Raises RightsError without the right, for rights such a role cannot give, or when somebody else has
    changed the role since.
    """
    check_may_edit_roles(by)
    role = Role.objects.select_for_update().get(pk=role.pk)
    if based_on is not None and set(based_on) != set(role.permissions):
        raise RightsError(_("Noen har endret rollen imens. Åpne den på nytt, og gjør endringen én gang til."))
    wanted = [p.value for p in Permission if p.value in permissions]
    check_role_may_give(role.reach, set(wanted) - set(role.permissions))
    if not gains_by(role, wanted, by):
        put_in_force(role, wanted, by=by, reason=reason)
        return None
    if role.changes.filter(state=RoleChange.State.PROPOSED).exists():
        raise RightsError(_("Det venter allerede en endring av denne rollen. Be en kollega ta stilling til den først."))
    change = RoleChange.objects.create(
        role=role, permissions=wanted, base=role.permissions, proposed_by=by, reason=reason.strip()
    )
    record_event(by, "propose_role_change", role, what=difference(role, wanted), reason=reason.strip())
    return change


def gains_by(role: Role, wanted: Collection[str], by: User) -> bool:
    """Whether the user, who holds the role or will hold it, would have more rights when it gives `wanted`."""
    return not set(wanted) <= set(role.permissions) and role.assignments.not_ended().filter(user=by).exists()


def put_in_force(role: Role, wanted: list[str], *, by: User, reason: str, ground: str = "") -> None:
    record_event(by, "change_role", role, what=difference(role, wanted), reason=reason.strip(), ground=ground)
    with keeping_somebody(role):
        role.permissions = wanted
        role.save(update_fields=["permissions"])


@transaction.atomic
def decide_role_change(change: RoleChange, *, approve: bool, by: User) -> None:
    """Let a second person accept or refuse. Raises RightsError, SamePerson or AlreadyDecided.

    Whoever holds the role may accept: where all who edit roles hold the same one, nobody else could. The log says so.
    What was proposed for a role that has changed since can only be refused.
    """
    check_may_edit_roles(by)
    locked = RoleChange.objects.select_for_update().select_related("role").get(pk=change.pk)
    if approve and locked.state == RoleChange.State.PROPOSED and locked.is_outdated:
        raise RightsError(_("Rollen er endret siden forslaget ble laget. Avslå det, og be om et nytt forslag."))
    locked.decide(approve=approve, by=by)
    if approve:
        gains = gains_by(locked.role, locked.permissions, by)
        ground = APPROVED_BY_A_HOLDER if gains else ""
        put_in_force(locked.role, locked.permissions, by=by, reason=locked.reason, ground=ground)
    else:
        record_event(by, "reject_role_change", locked.role, what=difference(locked.role, locked.permissions))


@transaction.atomic
def withdraw_role_change(change: RoleChange, *, by: User) -> None:
    """Take back one's own proposal. Raises RightsError for another's, or one that is decided."""
    locked = RoleChange.objects.select_for_update().select_related("role").get(pk=change.pk)
    if locked.proposed_by_id != by.pk or locked.state != RoleChange.State.PROPOSED:
        raise RightsError(_("Bare den som foreslo endringen, kan trekke den, og bare til den er avgjort."))
    record_event(by, "withdraw_role_change", locked.role, what=difference(locked.role, locked.permissions))
    locked.delete()


@transaction.atomic
def make_role(
    *, slug: str, name: str, reach: str, permissions: Collection[str], given_by: Collection[str], by: User
) -> Role:
    """A role of the municipality's own. Nobody holds it yet, so it gives nobody anything.

    Raises RightsError when the name is taken, for a reach that staff do not have, or for rights it cannot give.
    """
    check_may_edit_roles(by)
    if reach not in STAFF_REACHES:
        raise RightsError(_("Velg hvor langt rollen rekker."))
    if Role.objects.filter(slug=slug).exists():
        raise RightsError(_("Det finnes alt en rolle med dette navnet. Velg et annet navn."))
    wanted = [p.value for p in Permission if p.value in permissions]
    check_role_may_give(reach, wanted)
    role = Role.objects.create(slug=slug, name=name, reach=reach, permissions=wanted, given_by=sorted(given_by))
    record_event(by, "make_role", role, what=f"{len(wanted)}: {', '.join(wanted)}"[:120])
    return role


@transaction.atomic
def retire_role(role: Role, *, by: User, reason: str) -> int:
    """Put a role of the municipality's own out of use: all who hold it lose it. Returns how many assignments ended.

    Raises RightsError for a shipped role.
    """
    check_may_edit_roles(by)
    if is_shipped(role):
        raise RightsError(_("Roller som følger med systemet, kan ikke avvikles. Ta bort rettighetene i stedet."))
    record_event(by, "retire_role", role, reason=reason.strip())
    with keeping_somebody(role):
        ended = list(role.assignments.not_ended())
        for assignment in ended:
            end_now(assignment)
        role.is_active = False
        role.save(update_fields=["is_active"])
    return len(ended)


def is_shipped(role: Role) -> bool:
    return any(shipped.slug == role.slug for shipped in ROLES)


def check_may_edit_roles(by: User) -> None:
    if not scope_of(by).reach(Permission.EDIT_ROLES).everything:
        raise RightsError(_("Bare de som forvalter roller for hele kommunen, kan endre dem."))


def check_role_may_give(reach: str, slugs: Collection[str]) -> None:
    """Raise RightsError for the officers' rights, and for what a role with this reach gives nobody."""
    if any(permission.value in slugs for permission in OFFICER_GRANTS):
        raise RightsError(_("Tilgang til adressesperre gis til én person om gangen, ikke gjennom en rolle."))
    if refused := not_served(reach, slugs):
        names = ", ".join(f"«{permission.label}»" for permission in refused)
        raise RightsError(_("En rolle med denne rekkevidden kan ikke gi dette: %(names)s.") % {"names": names})


def difference(role: Role, wanted: Collection[str]) -> str:
    """What a change adds to a role and takes from it, for the log. The change history has it in full."""
    added, removed = set(wanted) - set(role.permissions), set(role.permissions) - set(wanted)
    words = [f"+{slug}" for slug in sorted(added)] + [f"-{slug}" for slug in sorted(removed)]
    text = " ".join(words)
    return text if len(text) <= 120 else f"{text[:118].rpartition(' ')[0]} {AND_MORE}"
