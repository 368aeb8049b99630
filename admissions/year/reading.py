"""What the screens of the new school year show. A pupil of the plan may still go to another school, so it is read with
the wall lifted; `PlannedPlace.visible_to` is the filter.
"""

from collections import Counter
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from accessctl import wall
from accessctl.models import RoleAssignment, School, User
from accessctl.permissions import Permission
from admissions.models import PlannedGroup, PlannedPlace, PlannedTeacher, SchoolRoute, YearDraft
from admissions.year import rules, totals
from admissions.year.exceptions import leaving_sfo
from admissions.year.steps import SchoolLine, lines_of, step_lines, steps_done
from admissions.year.written import to_be_written
from people.models import Address, Protection
from schools.models import Subject
from staff.models import Employee

REASON = "pupils of the plan may still go to another school; what is shown filters itself, and totals are of everybody"
PAGE_SIZE = 50


@wall.lifted(REASON)
def steps_and_totals(
    draft: YearDraft, schools: Collection[School], shown: Collection[School], user: User, right: Permission
) -> dict[str, Any]:
    """The nine steps for `schools`, a line for each of those `shown`, and for stab the totals."""
    rows = steps_done(draft)
    found: dict[str, Any] = {
        "steps": step_lines(draft, schools, rows),
        "lines": lines_of(draft, shown, user, right, rows=rows),
    }
    return found | (counted(draft) if user.holds(Permission.OPEN_YEAR) else {})


def counted(draft: YearDraft) -> dict[str, Any]:
    found = totals.municipality_totals(draft)
    return {"totals": found, "outcomes": totals.outcome_lines(found.outcomes)}


@wall.lifted(REASON)
def sums(draft: YearDraft) -> dict[str, Any]:
    """The totals of the whole municipality."""
    return counted(draft)


@wall.lifted(REASON)
def sums_and_rows(draft: YearDraft) -> dict[str, Any]:
    """The totals, and what publishing would write."""
    return counted(draft) | {"written": to_be_written(draft)}


@wall.lifted(REASON)
def of_school(
    draft: YearDraft, school: School, user: User, right: Permission
) -> tuple[SchoolLine, list[totals.GradeLine], Counter[str]]:
    (line,) = lines_of(draft, [school], user, right)
    now, outcomes = totals.this_year(draft, school, user, right)
    return line, totals.grade_lines(draft, line, now), outcomes


@wall.lifted(REASON)
def exceptions_page(
    draft: YearDraft, user: User, right: Permission, number: str | None
) -> tuple[Page[Any], list[PlannedPlace]]:
    page = Paginator(totals.exceptions(draft, user, right), PAGE_SIZE).get_page(number)
    return page, list(page)


@wall.lifted(REASON)
def beginners_page(
    draft: YearDraft, user: User, number: str | None, *, shows_all: bool
) -> tuple[Page[Any], list[PlannedPlace]]:
    """Those who begin, and others without a school; without `shows_all` only those who still lack one."""
    rows = PlannedPlace.objects.visible_to(user, Permission.OPEN_YEAR).filter(draft=draft)
    rows = rows.filter(Q(from_school=None) | Q(school=None)).exclude(outcome=rules.Outcome.GRADUATE)
    if not shows_all:
        rows = rows.filter(school=None).exclude(outcome=rules.Outcome.POSTPONE)
    rows = rows.select_related("student__person", "school", "from_school", "draft")
    page = Paginator(rows.order_by("student__sort_name", "pk"), PAGE_SIZE).get_page(number)
    return page, list(page)


@wall.lifted(REASON)
def codes_where_they_live(places: Collection[PlannedPlace]) -> dict[int, str]:
    """The postal code of each pupil's home, by the pupil's id; none for who has address protection."""
    homes = Address.objects.on().filter(
        kind=Address.Kind.HOME,
        person__protection=Protection.NONE,
        person__student__in=[place.student_id for place in places],
    )
    return dict(homes.values_list("person__student", "postal_code"))


@wall.lifted(REASON)
def sfo_page(draft: YearDraft, school: School, user: User, number: str | None) -> tuple[Page[Any], list[PlannedPlace]]:
    """Pupils of the school whose place in SFO ends with the year, unless a decision says otherwise."""
    page = Paginator(leaving_sfo(draft, school, user), PAGE_SIZE).get_page(number)
    return page, list(page)


@wall.lifted(REASON)
def place_of(draft: YearDraft, user: User, uuid: UUID) -> PlannedPlace | None:
    """The place with that uuid, when the user sees the pupil in the plan."""
    rows = PlannedPlace.objects.visible_to(user).filter(draft=draft, uuid=uuid)
    found: PlannedPlace | None = rows.select_related(
        "student__person", "school", "from_school", "draft", "home_class"
    ).first()
    return found


def routes() -> QuerySet[SchoolRoute]:
    return SchoolRoute.objects.select_related("school", "receiving").order_by("school__name", "pk")


def proposed_teachers(groups: Collection[PlannedGroup]) -> dict[int, list[PlannedTeacher]]:
    found: dict[int, list[PlannedTeacher]] = {}
    for teacher in PlannedTeacher.objects.filter(group__in=groups).select_related("employee__person").order_by("pk"):
        found.setdefault(teacher.group_id, []).append(teacher)
    return found


def subjects_for(draft: YearDraft, school: School) -> QuerySet[Subject]:
    """Subjects taught in the planned year, in a grade the school has."""
    grades = rules.GRADES[school.kind]
    rows = Subject.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=draft.school_year.starts_on),
        Q(grade_from__isnull=True) | Q(grade_from__lte=grades[-1], grade_to__gte=grades[0]),
        valid_from__lte=draft.school_year.ends_on,
    )
    return rows.order_by("name_nb", "code")


def employees_at(school: School, *, but: User) -> list[Employee]:
    """Employees with a role at the school, apart from the one who asks."""
    here = RoleAssignment.objects.not_ended().filter(school=school)
    rows = Employee.objects.filter(person__user__in=here.values("user")).exclude(person__user=but)
    return list(rows.select_related("person").order_by("person__family_name", "person__given_name", "pk"))
