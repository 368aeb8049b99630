"""In and out: this year's pupils and those who begin, against what becomes of them.

Ask with the wall lifted: pupils may come from other schools, and totals are of the whole municipality, so that a
protected pupil can not be told from the others.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q

from accessctl.models import School, User
from accessctl.permissions import Permission
from admissions.models import PlannedGroup, PlannedPlace, YearDraft
from admissions.models.year import OUTCOMES
from admissions.year import rules
from admissions.year.draft import active_now, children_to_begin
from admissions.year.steps import SchoolLine
from admissions.year.written import outcome_counts
from students.models import Group


@dataclass(frozen=True)
class GradeLine:
    """One grade at a school next year: pupils the viewer sees, classes, and how many have no class."""

    grade: int
    this_year: int
    pupils: int
    classes: int
    without_class: int


@dataclass(frozen=True)
class OutcomeLine:
    label: str
    count: int


def municipality_totals(draft: YearDraft) -> rules.Totals:
    """The pupils as they are now, counted anew, against the outcomes in the plan."""
    if draft.state == YearDraft.State.PLANNING:
        beginning = children_to_begin(draft).count()
    else:
        beginning = draft.places.filter(from_school__isnull=True).count()
    return rules.Totals(
        active_now(draft).values("student").distinct().count(), beginning, Counter(outcome_counts(draft))
    )


def outcome_lines(counts: Counter[str]) -> list[OutcomeLine]:
    return [OutcomeLine(str(label), counts[outcome]) for outcome, label in OUTCOMES.items() if counts[outcome]]


def grade_lines(draft: YearDraft, line: SchoolLine, now: Counter[int | None]) -> list[GradeLine]:
    """Each grade of the school, this year (`now`) and next (one query)."""
    school = line.school
    classes = Counter(
        PlannedGroup.objects.filter(draft=draft, school=school, kind=Group.Kind.HOME_CLASS, is_chosen=True).values_list(
            "grade_level", flat=True
        )
    )
    return [
        GradeLine(grade, now[grade], *before_class(line.by_grade, grade, classes[grade]))
        for grade in rules.GRADES[school.kind]
    ]


def before_class(coming: dict[int | None, tuple[int, int]], grade: int, classes: int) -> tuple[int, int, int]:
    count, waiting = coming.get(grade, (0, 0))
    return count, classes, waiting


def this_year(
    draft: YearDraft, school: School, user: User, right: Permission
) -> tuple[Counter[int | None], Counter[str]]:
    """This year's pupils of the school by grade, and by what becomes of them (one query)."""
    visible = PlannedPlace.objects.visible_to(user, right).filter(draft=draft, from_school=school)
    grades: Counter[int | None] = Counter()
    outcomes: Counter[str] = Counter()
    counted = visible.values_list("from_grade", "outcome").order_by()
    for grade, outcome, number in counted.annotate(n=Count("pk")):
        grades[grade] += number
        outcomes[outcome] += number
    return grades, outcomes


def exceptions(draft: YearDraft, user: User, right: Permission, *, schools: Collection[School] | None = None):
    """Places that somebody has decided, and those without a school. To be given a first school is no exception."""
    rows = PlannedPlace.objects.visible_to(user, right).filter(draft=draft)
    rows = rows.filter(
        Q(is_decided=True) & ~Q(outcome=rules.Outcome.NEW, reason="", school__isnull=False)
        | Q(outcome__in=rules.BY_DECISION)
        | Q(school=None, grade_level__isnull=False)
        | ~Q(sfo_reason="")
    )
    if schools is not None:
        rows = rows.filter(Q(school__in=schools) | Q(from_school__in=schools))
    return rows.select_related("student__person", "school", "from_school").order_by("student__sort_name", "pk")
