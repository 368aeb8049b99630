"""Writes that change who may do what. Nobody gives anything to themselves, and every change is a line in the log."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission as AuthPermission
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from accessctl.audit import record_event
from accessctl.models import GrantBase, GrantProposalBase, Municipality, Role, RoleAssignment, School, User
from accessctl.models.roles import in_a_year
from accessctl.permissions import OFFICER_GRANTS, SPECIAL_GRANTS, Permission
from accessctl.policy import may
from accessctl.roles import ROLES, Container, Reach
from accessctl.scope import scope_of
from schoolapp.lib import clock

KEEPERS = (Permission.GIVE_ROLES, Permission.EDIT_ROLES)


class RightsError(ValueError):
    """The change of rights is not allowed; the text says why, in words for the screen."""


@transaction.atomic
def install_roles() -> int:
    """Create the shipped roles that are missing; rows the municipality has changed are left alone. Returns how many."""
    created = 0
    for role in ROLES:
        _row, is_new = Role.objects.get_or_create(
            slug=role.slug,
            defaults={
                "name": role.name,
                "reach": role.reach,
                "permissions": [p.value for p in role.permissions],
                "given_by": list(role.given_by),
            },
        )
        created += is_new
    return created


@transaction.atomic
def assign_role(
    user: User,
    *,
    role: str,
    by: User | None,
    school: School | None = None,
    reach: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    source: str = RoleAssignment.Source.MANUAL,
) -> RoleAssignment:
    """Give `user` a role from today or `valid_from`. Giving what is already held changes nothing.

    `by` is the person who gives it, or None for the system itself (staff register, population register, set-up).
    Raises RightsError when that person may not give this role so far, or would give it to themselves or back in time.
    """
    start = valid_from or clock.today()
    row = Role.objects.get(slug=role)
    reach = reach or row.reach
    if by is not None:
        check_giver(row, to=user, by=by, reach=reach, school=school)
        check_period(start, valid_to)
    held: RoleAssignment | None = (
        RoleAssignment.objects.on(start).filter(user=user, role=row, school=school, reach=reach).first()
    )
    if held:
        return held
    given: RoleAssignment = RoleAssignment.objects.create(
        user=user,
        role=row,
        reach=reach,
        school=school,
        valid_from=start,
        valid_to=valid_to,
        source=source,
        given_by=by,
    )
    if by is not None:
        record_event(by, "give_role", given, what=what_of(given))
    return given


@transaction.atomic
def assign_role_at(
    user: User,
    *,
    role: Role,
    schools: Sequence[School],
    by: User,
    reach: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> list[RoleAssignment]:
    """Give a role at several schools, or at none when its reach asks for none: all of it or nothing."""
    places: Sequence[School | None] = schools or [None]
    return [
        assign_role(user, role=role.slug, by=by, school=school, reach=reach, valid_from=valid_from, valid_to=valid_to)
        for school in places
    ]


def check_giver(role: Role, *, to: User, by: User, reach: str, school: School | None) -> None:
    """Raise RightsError unless `by` may give `role` to `to`, as far as `reach` and at `school` (handbook 7.1)."""
    if by.pk == to.pk:
        raise RightsError(_("Du kan ikke gi en rolle til deg selv. Be en kollega med samme ansvar."))
    if not role.is_active:
        raise RightsError(_("Rollen er avviklet. Velg en annen."))
    if not Reach(role.reach).may_be_given_as(reach):
        raise RightsError(_("Rollen kan ikke gis så vidt. Velg en snevrere rekkevidde."))
    if Reach(reach).needs_school != (school is not None):
        raise RightsError(_("Velg skolen rollen skal gjelde ved."))
    if not any(gives(source, role, school) for source in scope_of(by).sources):
        raise RightsError(_("Rollene dine lar deg ikke gi denne rollen her."))


def check_period(start: date, end: date | None) -> None:
    """Raise RightsError for what would begin in the past, which would make the log untrue, or end before it began."""
    if start < clock.today():
        raise RightsError(_("Tilgang kan ikke gis tilbake i tid. Velg dagen i dag eller senere."))
    if end and end < start:
        raise RightsError(_("Sluttdatoen er før startdatoen."))


def gives(source: Any, role: Role, school: School | None) -> bool:
    """Whether holding `source` lets one give `role` at `school`: all schools, or the school one holds it at."""
    if source.role not in role.given_by or Permission.GIVE_ROLES not in source.permissions:
        return False
    if source.reach == Reach.MUNICIPALITY:
        return True
    return source.reach == Reach.SCHOOLS and school is not None and source.object_id == school.pk


def check_may_end(assignment: RoleAssignment, by: User) -> None:
    """Raise RightsError for a role that follows from a register, and for what the user does not answer for."""
    if assignment.source == RoleAssignment.Source.REGISTER:
        raise RightsError(_("Rollen følger av registeret og avsluttes der."))
    if not any(gives(source, assignment.role, assignment.school) for source in scope_of(by).sources):
        raise RightsError(_("Rollene dine lar deg ikke avslutte denne rollen."))


@transaction.atomic
def end_assignment(assignment: RoleAssignment, *, by: User) -> None:
    """End a role from now on. One that had not begun disappears.

    Raises RightsError for a role that follows from a register, for somebody else's school, and for the last person
    who can give roles.
    """
    check_may_end(assignment, by)
    record_event(by, "end_role", assignment, what=what_of(assignment))
    with keeping_somebody(assignment.role):
        end_now(assignment)


@transaction.atomic
def change_end(assignment: RoleAssignment, *, valid_to: date | None, by: User) -> None:
    """Let a role that has not ended last longer or shorter; what was before stands in the change history.

    Raises RightsError for one's own role, and for all that `end_assignment` refuses.
    """
    if assignment.user_id == by.pk:
        raise RightsError(_("Du kan ikke endre din egen rolle. Be en kollega med samme ansvar."))
    check_may_end(assignment, by)
    if assignment.valid_to and assignment.valid_to < clock.today():
        raise RightsError(_("Rollen er avsluttet. Gi den på nytt i stedet."))
    if valid_to and valid_to < max(assignment.valid_from, clock.today()):
        raise RightsError(_("Sluttdatoen må være i dag eller senere. Velg «Avslutt nå» for å ta rollen bort."))
    assignment.valid_to = valid_to
    assignment.save(update_fields=["valid_to"])
    record_event(by, "change_role_end", assignment, what=what_of(assignment))


@contextmanager
def keeping_somebody(role: Role) -> Iterator[None]:
    """Around a change to who holds `role` or what it gives: somebody must still manage roles afterwards.

    Raises RightsError, which undoes the change, when the role manages roles for the whole municipality and nobody is
    left who does. Two who leave at the same moment wait for each other.
    """
    matters = role.reach == Reach.MUNICIPALITY and bool(set(KEEPERS) & set(role.permissions))
    if matters:
        list(Role.objects.select_for_update().filter(permissions__overlap=list(KEEPERS)).order_by("pk"))
    yield
    if matters and not all(somebody_holds(permission) for permission in KEEPERS):
        raise RightsError(_("Noen må kunne gi og endre roller i kommunen. Gi ansvaret til en annen først."))


def somebody_holds(permission: Permission) -> bool:
    """Whether an active user holds the right for the whole municipality today."""
    return (
        RoleAssignment.objects.on()
        .filter(
            reach=Reach.MUNICIPALITY,
            role__is_active=True,
            role__permissions__contains=[permission.value],
            user__is_active=True,
        )
        .exists()
    )


def end_now(row: Any) -> None:
    """Let an assignment or a grant have ended yesterday; the next request is without it. The past stays as it was."""
    yesterday = clock.today() - timedelta(days=1)
    if row.valid_from > yesterday:
        row.delete()
    else:
        row.valid_to = yesterday
        row.save(update_fields=["valid_to"])


@transaction.atomic
def give_grant(
    user: User,
    permission: Permission,
    *,
    on: Model,
    by: User | None,
    reason: str,
    valid_from: date | None = None,
    valid_to: date | None = None,
    proposal: GrantProposalBase | None = None,
) -> GrantBase:
    """Give one right on the municipality, a school, a group or a pupil, for at most a year, with the reason kept.

    Giving again what is held renews it. `by` is None for the system itself. An officer's right asks for the `proposal`
    of somebody else that `by` has approved. Raises RightsError without that, without a reason, for more than a year,
    for oneself, for a right that is not given to single persons, or beyond what the giver answers for.
    """
    start, end = valid_from or clock.today(), valid_to or in_a_year()
    check_grant(permission, on=on, to=user, by=by, reason=reason, start=start, end=end)
    if by is not None:
        check_two_persons(permission, on=on, to=user, by=by, until=end, proposal=proposal)
    model = grant_model(on)
    key: dict[str, Any] = {"user": user, "permission": grant_permission(on, permission), "content_object": on}
    running = model.objects.on(start).filter(**key).first()
    row, _created = model.objects.update_or_create(
        **key,
        defaults={
            "reason": reason.strip(),
            "given_by": by,
            "valid_from": running.valid_from if running else start,
            "valid_to": end,
        },
    )
    if by is not None:
        record_event(by, "give_grant", row, what=permission.value, reason=reason.strip())
    return row


def check_grant(
    permission: Permission, *, on: Model, to: User, by: User | None, reason: str, start: date, end: date
) -> None:
    """Raise RightsError for a grant that `by` may not give, alone or as one of two, or without a reason or an end."""
    if not reason.strip():
        raise RightsError(_("Skriv hvorfor tilgangen gis."))
    if end < start or end > in_a_year():
        raise RightsError(_("En særskilt tilgang må ha en sluttdato, høyst ett år fram."))
    if by is not None:
        check_grant_giver(permission, on=on, to=to, by=by)
        check_period(start, end)


def check_grant_giver(permission: Permission, *, on: Model, to: User, by: User) -> None:
    """Raise RightsError unless `by` may give this right on this object to `to`."""
    if by.pk == to.pk:
        raise RightsError(_("Du kan ikke gi deg selv en tilgang. Be en kollega med samme ansvar."))
    if permission not in SPECIAL_GRANTS + OFFICER_GRANTS or not may_grant(by, permission, on):
        raise RightsError(_("Rollene dine lar deg ikke gi denne tilgangen her."))


def check_two_persons(
    permission: Permission, *, on: Model, to: User, by: User, until: date, proposal: GrantProposalBase | None
) -> None:
    """Raise RightsError for an officer's right that `by` gives without the proposal of somebody else.

    What an officer gives alone is sight of one pupil they answer for.
    """
    if permission not in OFFICER_GRANTS or is_sight(permission, on=on, by=by):
        return
    if proposal is None or not proposal.lets(by, give=permission, to=to, on=on, until=until):
        raise RightsError(
            _("Rettigheter for adressesperre gis av to personer. Foreslå den, så kan en annen godkjenne.")
        )


def is_sight(permission: Permission, *, on: Model, by: User) -> bool:
    is_one_pupil = permission == Permission.SEE_PROTECTED and grant_model(on).container == Container.PUPIL
    return is_one_pupil and reaches(by, Permission.MANAGE_PROTECTION, on)


def may_grant(by: User, permission: Permission, on: Model) -> bool:
    """Whether `by` may give `permission` on this object, alone or as one of two.

    Those who give roles there may give the special grants. What opens protected addresses is given by those who manage
    protection there, or by those who give roles in the whole municipality.
    """
    if permission not in OFFICER_GRANTS:
        return reaches(by, Permission.GIVE_ROLES, on)
    return scope_of(by).reach(Permission.GIVE_ROLES).everything or reaches(by, Permission.MANAGE_PROTECTION, on)


def reaches(by: User, permission: Permission, on: Model) -> bool:
    """Whether `by` holds `permission` for the whole of this object."""
    reach = scope_of(by).reach(permission)
    if isinstance(on, School):
        return reach.covers_school(on.pk)
    return reach.everything or (not isinstance(on, Municipality) and may(by, permission, on))


@transaction.atomic
def end_grant(grant: GrantBase, *, by: User) -> None:
    """Take a special grant back. Raises RightsError beyond what the user answers for."""
    permission = Permission(grant.permission.codename)
    if not may_grant(by, permission, grant.content_object):
        raise RightsError(_("Rollene dine lar deg ikke avslutte denne tilgangen."))
    record_event(by, "end_grant", grant, what=permission.value)
    end_now(grant)


def what_of(assignment: RoleAssignment) -> str:
    """The role and its period, for the log; whose it is stands in the assignment."""
    until = f"–{assignment.valid_to:%d.%m.%Y}" if assignment.valid_to else "–"
    return f"{assignment.role.name} {assignment.valid_from:%d.%m.%Y}{until}"[:120]


def grant_model(on: Model) -> type[GrantBase]:
    """The kind of grant that is given on such an object. Raises LookupError when there is none."""
    for model in apps.get_models():
        fields = {field.name: field.related_model for field in model._meta.fields}
        if issubclass(model, GrantBase) and fields["content_object"] is type(on):
            return model
    raise LookupError(f"no grants on {type(on).__name__}")


def grant_permission(on: Model, permission: Permission) -> AuthPermission:
    """The row django-guardian refers to for `permission` on this kind of object."""
    return AuthPermission.objects.get(
        content_type__app_label=on._meta.app_label, content_type__model=on._meta.model_name, codename=permission.value
    )
