"""Writes that change who may do what."""

from datetime import date
from typing import Any

from django.contrib.auth.models import Permission as AuthPermission
from django.db import transaction

from accessctl.models import GrantBase, Municipality, MunicipalityGrant, Role, RoleAssignment, School, SchoolGrant, User
from accessctl.permissions import Permission
from accessctl.roles import ROLES
from schoolapp.lib import clock


@transaction.atomic
def install_roles() -> int:
    """Create the shipped roles that are missing; rows the municipality has changed are left alone. Returns how many."""
    created = 0
    for role in ROLES:
        _row, is_new = Role.objects.get_or_create(
            slug=role.slug,
            defaults={"name": role.name, "reach": role.reach, "permissions": [p.value for p in role.permissions]},
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
    valid_from: date | None = None,
    valid_to: date | None = None,
    source: str = RoleAssignment.Source.MANUAL,
) -> RoleAssignment:
    """Give `user` a role from today or `valid_from`. Giving what is already held changes nothing."""
    start = valid_from or clock.today()
    held = RoleAssignment.objects.on(start).filter(user=user, role__slug=role, school=school).first()
    return held or RoleAssignment.objects.create(
        user=user,
        role=Role.objects.get(slug=role),
        school=school,
        valid_from=start,
        valid_to=valid_to,
        source=source,
        given_by=by,
    )


@transaction.atomic
def give_grant(
    user: User,
    permission: Permission,
    *,
    on: Municipality | School,
    by: User | None,
    reason: str,
    valid_to: date | None = None,
) -> GrantBase:
    """Give one right on the municipality or a school, with the reason kept. Raises ValueError without a reason."""
    if not reason.strip():
        raise ValueError("a grant needs a reason")
    model: type[GrantBase] = MunicipalityGrant if isinstance(on, Municipality) else SchoolGrant
    held: dict[str, Any] = {
        "user": user,
        "permission": grant_permission(on, permission),
        "content_object": on,
    }
    row, _created = model.objects.update_or_create(
        **held,
        defaults={"reason": reason, "given_by": by, "valid_from": clock.today(), "valid_to": valid_to},
    )
    return row


def grant_permission(on: Municipality | School, permission: Permission) -> AuthPermission:
    """The row django-guardian refers to for `permission` on this kind of object."""
    return AuthPermission.objects.get(
        content_type__app_label=on._meta.app_label, content_type__model=on._meta.model_name, codename=permission.value
    )
