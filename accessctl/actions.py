"""Writes that change who may do what."""

from datetime import date
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission as AuthPermission
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from accessctl.models import GrantBase, Municipality, Role, RoleAssignment, RoleChange, School, User
from accessctl.models.roles import in_a_year
from accessctl.permissions import OFFICER_GRANTS, SPECIAL_GRANTS, Permission
from accessctl.policy import may
from accessctl.roles import ROLES, Reach
from accessctl.scope import scope_of
from schoolapp.lib import clock


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
    Raises RightsError when that person may not give this role so far, or would give it to themselves.
    """
    start = valid_from or clock.today()
    row = Role.objects.get(slug=role)
    reach = reach or row.reach
    if by is not None:
        check_giver(row, to=user, by=by, reach=reach, school=school)
    held = RoleAssignment.objects.on(start).filter(user=user, role=row, school=school, reach=reach).first()
    return held or RoleAssignment.objects.create(
        user=user,
        role=row,
        reach=reach,
        school=school,
        valid_from=start,
        valid_to=valid_to,
        source=source,
        given_by=by,
    )


def check_giver(role: Role, *, to: User, by: User, reach: str, school: School | None) -> None:
    """Raise RightsError unless `by` may give `role` to `to`, as far as `reach` and at `school` (handbook 7.1)."""
    if by.pk == to.pk:
        raise RightsError(_("Du kan ikke gi en rolle til deg selv. Be en kollega med samme ansvar."))
    if not Reach(role.reach).may_be_given_as(reach):
        raise RightsError(_("Rollen kan ikke gis så vidt. Velg en snevrere rekkevidde."))
    if Reach(reach).needs_school != (school is not None):
        raise RightsError(_("Velg skolen rollen skal gjelde ved."))
    if not any(gives(source, role, school) for source in scope_of(by).sources):
        raise RightsError(_("Rollene dine lar deg ikke gi denne rollen her."))


def gives(source: Any, role: Role, school: School | None) -> bool:
    """Whether holding `source` lets one give `role` at `school`: all schools, or the school one holds it at."""
    if source.role not in role.given_by or Permission.GIVE_ROLES not in source.permissions:
        return False
    if source.reach == Reach.MUNICIPALITY:
        return True
    return source.reach == Reach.SCHOOLS and school is not None and source.object_id == school.pk


@transaction.atomic
def end_assignment(assignment: RoleAssignment, *, by: User) -> None:
    """End a role from now on. One that had not begun disappears.

    Raises RightsError for a role that follows from a register, and for somebody else's school.
    """
    if assignment.source == RoleAssignment.Source.REGISTER:
        raise RightsError(_("Rollen følger av registeret og avsluttes der."))
    if not RoleAssignment.objects.visible_to(by).filter(pk=assignment.pk).exists():
        raise RightsError(_("Rollene dine lar deg ikke avslutte denne rollen."))
    if not any(gives(source, assignment.role, assignment.school) for source in scope_of(by).sources):
        raise RightsError(_("Rollene dine lar deg ikke avslutte denne rollen."))
    end_now(assignment)


def end_now(row: Any) -> None:
    """Let an assignment or a grant have ended yesterday; the next request is without it. The past stays as it was."""
    yesterday = date.fromordinal(clock.today().toordinal() - 1)
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
) -> GrantBase:
    """Give one right on the municipality, a school, a group or a pupil, for at most a year, with the reason kept.

    `by` is None for the system itself. Raises RightsError without a reason, for more than a year, for oneself, for a
    right that is not given to single persons, or beyond what the giver answers for.
    """
    start, end = valid_from or clock.today(), valid_to or in_a_year()
    if not reason.strip():
        raise RightsError(_("Skriv hvorfor tilgangen gis."))
    if end < start or end > in_a_year():
        raise RightsError(_("En særskilt tilgang må ha en sluttdato, høyst ett år fram."))
    if by is not None:
        if by.pk == user.pk:
            raise RightsError(_("Du kan ikke gi deg selv en tilgang. Be en kollega med samme ansvar."))
        if permission not in SPECIAL_GRANTS + OFFICER_GRANTS or not may_grant(by, permission, on):
            raise RightsError(_("Rollene dine lar deg ikke gi denne tilgangen her."))
    model = grant_model(on)
    row, _created = model.objects.update_or_create(
        user=user,
        permission=grant_permission(on, permission),
        content_object=on,
        defaults={"reason": reason.strip(), "given_by": by, "valid_from": start, "valid_to": end},
    )
    return row


def may_grant(by: User, permission: Permission, on: Model) -> bool:
    """Whether `by` may give `permission` on this object.

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
    end_now(grant)


@transaction.atomic
def change_role(role: Role, *, permissions: list[str], by: User, reason: str) -> RoleChange | None:
    """Change what a role gives. When that would give the one who asks more, a colleague has to approve.

    Returns the change that waits for approval, or None when it is in force. Raises RightsError without the right.
    """
    check_may_edit_roles(by)
    wanted = [p.value for p in Permission if p.value in permissions]
    if not scope_of(by).holds_role(role.slug) or set(wanted) <= set(role.permissions):
        role.permissions = wanted
        role.save(update_fields=["permissions"])
        return None
    if role.changes.filter(state=RoleChange.State.PROPOSED).exists():
        raise RightsError(_("Det venter allerede en endring av denne rollen. Be en kollega ta stilling til den først."))
    return RoleChange.objects.create(role=role, permissions=wanted, proposed_by=by, reason=reason.strip())


@transaction.atomic
def decide_role_change(change: RoleChange, *, approve: bool, by: User) -> None:
    """Let a second person accept or refuse. Raises RightsError, SamePerson or AlreadyDecided."""
    check_may_edit_roles(by)
    locked = RoleChange.objects.select_for_update().select_related("role").get(pk=change.pk)
    locked.decide(approve=approve, by=by)
    if approve:
        locked.role.permissions = locked.permissions
        locked.role.save(update_fields=["permissions"])


@transaction.atomic
def make_role(*, slug: str, name: str, reach: str, permissions: list[str], given_by: list[str], by: User) -> Role:
    """A role of the municipality's own. Nobody holds it yet, so it gives nobody anything."""
    check_may_edit_roles(by)
    return Role.objects.create(slug=slug, name=name, reach=reach, permissions=permissions, given_by=given_by)


def check_may_edit_roles(by: User) -> None:
    if not scope_of(by).reach(Permission.EDIT_ROLES).everything:
        raise RightsError(_("Bare de som forvalter roller for hele kommunen, kan endre dem."))


def grant_model(on: Model) -> type[GrantBase]:
    """The kind of grant that is given on such an object. Raises LookupError when there is none."""
    for model in apps.get_models():
        if issubclass(model, GrantBase) and model._meta.get_field("content_object").related_model is type(on):
            return model
    raise LookupError(f"no grants on {type(on).__name__}")


def grant_permission(on: Model, permission: Permission) -> AuthPermission:
    """The row django-guardian refers to for `permission` on this kind of object."""
    return AuthPermission.objects.get(
        content_type__app_label=on._meta.app_label, content_type__model=on._meta.model_name, codename=permission.value
    )
