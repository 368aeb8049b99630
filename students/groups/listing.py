"""Groups of this school year, with their pupils and those responsible, as one user may see them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, QuerySet

from accessctl.models import RoleAssignment, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock
from schools.models import SchoolYear
from staff.models import Employee
from students.models import Group, GroupStaffing, Membership, Student, members_today

MOST_ENDED = 20
IN_ORDER = ("school__name", F("grade_level").asc(nulls_last=True), "kind", "name", "pk")


@dataclass(frozen=True)
class Line:
    """A group in the list: how many pupils the viewer sees in it, and who is responsible today."""

    group: Group
    pupils: int
    responsible: list[GroupStaffing]


def groups_seen(user: User) -> QuerySet[Group]:
    """This year's groups in whole schools where `user` sees groups, and those that are the user's own."""
    return this_year(Group.objects.visible_to(user, Permission.VIEW_GROUPS))


def groups_staffed_by(user: User) -> QuerySet[Group]:
    """This year's groups for which `user` decides who is responsible: all those of a school, never just own ones."""
    reach = scope_of(user).reach(Permission.EDIT_GROUPS)
    rows = this_year(Group.objects.visible_to(user, Permission.EDIT_GROUPS))
    return rows if reach.everything else rows.filter(school_id__in=reach.school_ids)


def this_year(groups: Any) -> QuerySet[Group]:
    rows: QuerySet[Group] = groups.filter(school_year__state=SchoolYear.State.CURRENT)
    return rows.select_related("school", "school_year").order_by(*IN_ORDER)


def lines(groups: Collection[Group], user: User) -> list[Line]:
    """The groups with what the list shows of them (two queries). A pupil `user` does not see is not counted."""
    seen = Membership.objects.on().filter(group__in=groups, student__in=Student.objects.visible_to(user))
    counted = dict(seen.values_list("group").annotate(n=Count("student", distinct=True)).order_by())
    responsible: dict[int, list[GroupStaffing]] = defaultdict(list)
    for row in staffing(GroupStaffing.objects.on().filter(group__in=groups)):
        responsible[row.group_id].append(row)
    return [Line(group, counted.get(group.pk, 0), responsible[group.pk]) for group in groups]


def staffing(rows: Any) -> QuerySet[GroupStaffing]:
    """The rows with names, contact teachers first."""
    found: QuerySet[GroupStaffing] = rows.select_related("employee__person")
    return found.order_by("function", "employee__person__family_name", "employee__person__given_name", "pk")


def pupils_in(group: Group, user: User) -> QuerySet[Student]:
    """The pupils of the group today whom `user` sees."""
    rows: QuerySet[Student] = Student.objects.visible_to(user).filter(pk__in=members_today([group.pk]))
    return rows.select_related("person").order_by("sort_name", "pk")


def responsible_for(group: Group) -> dict[str, list[GroupStaffing]]:
    """Those responsible now, from a later day, and before."""
    today = clock.today()
    rows = list(staffing(group.staffing.all()))
    ended = [row for row in rows if row.valid_to and row.valid_to < today]
    return {
        "now": [row for row in rows if row not in ended and row.valid_from <= today],
        "coming": [row for row in rows if row.valid_from > today],
        "ended": sorted(ended, key=lambda row: row.valid_to or today, reverse=True)[:MOST_ENDED],
    }


def employees_for(group: Group) -> QuerySet[Employee]:
    """Employees with a role, now or to come, at the group's school."""
    here = RoleAssignment.objects.not_ended().filter(school=group.school_id)
    rows = Employee.objects.filter(person__user__in=here.values("user")).select_related("person")
    return rows.order_by("person__family_name", "person__given_name", "pk")


def employee_named(uuid: str, user: User) -> Employee | None:
    """The employee a link brought along, when `user` may put them on groups somewhere."""
    try:
        wanted = UUID(uuid)
    except ValueError:
        return None
    rows = Employee.objects.visible_to(user, Permission.EDIT_GROUPS).exclude(person__user=user)
    return rows.filter(uuid=wanted).select_related("person").first()


def schools_of(employee: Employee) -> QuerySet[RoleAssignment, dict[str, Any]]:
    """Ids of the schools where the employee has a role, now or to come."""
    held = RoleAssignment.objects.not_ended().filter(user=employee.person.user_id, school__isnull=False)
    return held.values("school")
