"""Employees and their roles, as those who give roles see them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from accessctl.actions import gives
from accessctl.models import RoleAssignment, User
from accessctl.permissions import Permission
from accessctl.rights.known import knowledge
from accessctl.scope import scope_of
from schoolapp.lib import clock
from staff.models import Employee
from students.models import Group, GroupStaffing

MOST_ENDED = 20


@dataclass(frozen=True)
class Held:
    """A role somebody has, will have or had, and whether the viewer can end or change it."""

    row: RoleAssignment
    given_by: str
    may_change: bool


def reachable(viewer: User, looked_up: Collection[str]) -> QuerySet[Employee]:
    """Employees within the viewer's reach, and those they have found by exact employee number."""
    rows = Employee.objects.visible_to(viewer)
    return (rows | Employee.objects.filter(uuid__in=looked_up)).distinct().select_related("person__user")


def with_roles(employees: QuerySet[Employee], viewer: User) -> QuerySet[Employee]:
    """Load the roles in force or to come that the viewer may know of."""
    held = RoleAssignment.objects.visible_to(viewer).not_ended().select_related("role", "school")
    return employees.prefetch_related(
        Prefetch("person__user__assignments", queryset=held.order_by("role__name", "pk"), to_attr="shown_roles")
    )


def roles_of(user: User, viewer: User) -> dict[str, list[Held]]:
    """The roles of one user that the viewer may know of: now, coming and ended."""
    today = clock.today()
    rows = RoleAssignment.objects.visible_to(viewer).filter(user=user)
    rows = rows.select_related("role", "school", "given_by").order_by("role__name", "school__name", "valid_from")
    names = knowledge().names([row.given_by for row in rows if row.given_by])
    held = [Held(row, names.get(row.given_by_id or 0, ""), may_change(row, viewer)) for row in rows]
    ended = [line for line in held if line.row.valid_to and line.row.valid_to < today]
    return {
        "now": [line for line in held if line not in ended and line.row.valid_from <= today],
        "coming": [line for line in held if line.row.valid_from > today],
        "ended": sorted(ended, key=lambda line: line.row.valid_to or today, reverse=True)[:MOST_ENDED],
    }


def may_change(row: RoleAssignment, viewer: User) -> bool:
    if row.user_id == viewer.pk or row.source == RoleAssignment.Source.REGISTER:
        return False
    if row.valid_to and row.valid_to < clock.today():
        return False
    return any(gives(source, row.role, row.school) for source in scope_of(viewer).sources)


def groups_of(employee: Employee, viewer: User) -> QuerySet[Any]:
    """Groups the employee is responsible for today, at schools where the viewer gives roles."""
    groups = Group.objects.visible_to(viewer, Permission.GIVE_ROLES)
    rows = GroupStaffing.objects.on().filter(employee=employee, group__in=groups)
    return rows.select_related("group__school", "group__school_year").order_by("group__school__name", "group__name")


def already_held(
    user: User | None, role: Any, reach: str, schools: Collection[Any], start: Any
) -> list[RoleAssignment]:
    """Assignments that would make giving this a repetition."""
    if user is None:
        return []
    at = Q(school__in=schools) if schools else Q(school__isnull=True)
    return list(RoleAssignment.objects.on(start).filter(at, user=user, role=role, reach=reach).select_related("school"))
