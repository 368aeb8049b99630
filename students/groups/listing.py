"""Groups on a day, with their pupils and those responsible, as one user may see them today."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, Q, QuerySet, Subquery, TextChoices, When

from accessctl import wall
from accessctl.models import RoleAssignment, School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock
from schools.models import SchoolYear
from staff.models import Employee
from students.models import Group, GroupStaffing, Membership, Student

MOST_ENDED = 20
# The class before the groups of the same grade level.
CLASS_FIRST = Case(When(kind=Group.Kind.HOME_CLASS, then=0), default=1)
IN_ORDER = ("school__name", F("grade_level").asc(nulls_last=True), CLASS_FIRST, "kind", "name", "pk")


@dataclass(frozen=True)
class Line:
    """A group in the list: how many pupils the viewer sees in it, and who is responsible, by name and function."""

    group: Group
    kind: str
    pupils: int
    responsible: str


def groups_seen(user: User) -> QuerySet[Group]:
    """This year's groups in whole schools where `user` sees groups, and those that are the user's own."""
    return this_year(visible_groups(user))


def visible_groups(user: User) -> QuerySet[Group]:
    """The groups `user` sees. Single ones are found first; else the database joins all groups of the year to choose."""
    rows: QuerySet[Group] = Group.objects.visible_to(user, Permission.VIEW_GROUPS)
    reach = scope_of(user).reach(Permission.VIEW_GROUPS)
    if reach.everything or reach.school_ids:
        return rows
    return Group.objects.filter(pk__in=list(rows.values_list("pk", flat=True)))


def groups_of_any_year(user: User) -> QuerySet[Group]:
    """This year's groups, and those of other years at schools where `user` plans the year or sees all years."""
    own = visible_groups(user)
    if not sees_other_years(user):
        return this_year(own)
    current = Q(school_year__state=SchoolYear.State.CURRENT)
    planned = Group.objects.visible_to(user, Permission.PLAN_YEAR)
    every = Group.objects.visible_to(user, Permission.SEE_ALL_YEARS)
    others = Q(pk__in=planned.values("pk")) | Q(pk__in=every.values("pk"))
    rows = Group.objects.filter((current & Q(pk__in=own.values("pk"))) | (~current & others))
    return with_names(rows)


def sees_other_years(user: User) -> bool:
    """Whether groups of years that are planned or past are for the user (handbook 2.2, invariants)."""
    return user.holds(Permission.PLAN_YEAR) or user.holds(Permission.SEE_ALL_YEARS)


def open_on(groups: QuerySet[Group], year: SchoolYear | None, day: date) -> QuerySet[Group]:
    """Those of that year that had not ended before `day`."""
    return groups.filter(school_year=year).filter(Q(closed_on__isnull=True) | Q(closed_on__gte=day))


def groups_staffed_by(user: User) -> QuerySet[Group]:
    """This year's groups for which `user` decides who is responsible: all those of a school, never just own ones."""
    reach = scope_of(user).reach(Permission.EDIT_GROUPS)
    rows = this_year(Group.objects.visible_to(user, Permission.EDIT_GROUPS))
    return rows if reach.everything else rows.filter(school_id__in=reach.school_ids)


def groups_edited_by(user: User) -> QuerySet[Group]:
    """The groups `user` may change: those they staff, and the planned ones where they plan the year."""
    planned = Group.objects.filter(
        school_year__state=SchoolYear.State.PLANNED, school__in=schools_planned_by(user).values("pk")
    )
    found = Q(pk__in=groups_staffed_by(user).order_by().values("pk")) | Q(pk__in=planned.values("pk"))
    return Group.objects.filter(found).select_related("school", "school_year", "subject", "home_class")


def schools_edited_by(user: User) -> QuerySet[School]:
    """The schools where `user` decides about groups."""
    reach = scope_of(user).reach(Permission.EDIT_GROUPS)
    return School.objects.all() if reach.everything else School.objects.filter(pk__in=reach.school_ids)


def schools_planned_by(user: User) -> QuerySet[School]:
    """Of those, where `user` decides about the coming year too."""
    reach = scope_of(user).reach(Permission.PLAN_YEAR)
    rows = schools_edited_by(user)
    return rows if reach.everything else rows.filter(pk__in=reach.school_ids)


def this_year(groups: Any) -> QuerySet[Group]:
    rows: QuerySet[Group] = groups.filter(school_year__state=SchoolYear.State.CURRENT)
    return with_names(rows)


def found_by(ids: list[int]) -> QuerySet[Group]:
    """The groups with these keys, which were found among those the reader sees, with what is written of them."""
    return with_names(Group.objects.filter(pk__in=ids))


def with_names(groups: Any) -> QuerySet[Group]:
    """The groups with what is written of them, in order."""
    rows: QuerySet[Group] = groups.select_related("school", "school_year", "subject", "home_class")
    return rows.order_by(*IN_ORDER)


def lines(groups: Collection[Group], user: User, day: date | None = None) -> list[Line]:
    """The groups with what the list shows of them (two queries), on `day` or today.

    A pupil `user` does not see today is not counted, whatever the day.
    """
    members = members_on(groups, day)
    here = Student.objects.filter(wall.Among("pk", Subquery(members.values("student")))).visible_to(user)
    seen = members.filter(wall.Among("student", Subquery(here.values("pk"))))
    counted = dict(seen.values_list("group").annotate(n=Count("student", distinct=True)).order_by())
    functions, kinds = in_words(GroupStaffing.Function), in_words(Group.Kind)
    responsible: dict[int, list[str]] = defaultdict(list)
    for row in staffing(GroupStaffing.objects.on(day).filter(group__in=groups)):
        responsible[row.group_id].append(f"{row.employee} ({functions[row.function]})")
    return [
        Line(group, kinds[group.kind], counted.get(group.pk, 0), ", ".join(responsible[group.pk])) for group in groups
    ]


def in_words(choices: type[TextChoices]) -> dict[str, str]:
    return {value: str(label) for value, label in choices.choices}


def members_on(groups: Any, day: date | None = None) -> QuerySet[Membership]:
    """The places in `groups` (groups, ids, or a query of them) that held on `day`, or that hold today.

    They are everybody's: whoever shows pupils narrows them to those the viewer sees today.
    """
    day = day or clock.today()
    rows: QuerySet[Membership] = Membership.objects.on(day).filter(group__in=groups)
    return rows.filter(group__school_year__starts_on__lte=day, group__school_year__ends_on__gte=day)


def staffing(rows: Any) -> QuerySet[GroupStaffing]:
    """The rows with names, contact teachers first."""
    found: QuerySet[GroupStaffing] = rows.select_related("employee__person")
    return found.order_by("function", "employee__person__family_name", "employee__person__given_name", "pk")


def pupils_in(group: Group, user: User, day: date | None = None) -> list[Membership]:
    """The places in the group on `day`, or today, of pupils whom `user` sees today; each with its pupil."""
    return in_order(members_on([group.pk], day), user)


def coming_to(group: Group, user: User, day: date) -> list[Membership]:
    """The places in the group that begin after `day`, of pupils whom `user` sees."""
    return in_order(Membership.objects.filter(group=group, valid_from__gt=day), user)


def places_not_ended(group: Group, user: User) -> list[Membership]:
    """The places in the group now or to come, of pupils whom `user` sees."""
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today())
    return in_order(Membership.objects.filter(lasting, group=group), user)


def in_order(rows: Any, user: User) -> list[Membership]:
    seen = rows.filter(student__in=Student.objects.visible_to(user))
    return list(seen.select_related("student__person").order_by("student__sort_name", "student", "valid_from"))


def responsible_for(group: Group, day: date | None = None) -> dict[str, list[GroupStaffing]]:
    """Those responsible now, or on `day`, those from a later day, and those before."""
    today = day or clock.today()
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
