"""Who belonged where on another day than today.

With the right to all years one sees everyone who belonged to the schools it is given on, also those who have left, as
they stood on that day; where they go now is not told. Without it, those one sees today.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from accessctl import wall
from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock
from students.lists.filters import PupilFilter
from students.models import Enrolment, Membership, Student

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    school: str = ""
    grade_level: int | None = None
    class_name: str = ""

    @classmethod
    def now(cls, student: Student) -> "Place":
        school = student.school.name if student.school else ""
        return cls(school, student.grade_level, student.home_class_name)


def belonged(user: User, wanted: PupilFilter) -> QuerySet[Student]:
    """The pupils with a place on the day looked at, as the filter narrows them. Read them inside `looking_back`."""
    reach = scope_of(user).reach(Permission.SEE_ALL_YEARS)
    today = Student.objects.visible_to(user)
    if reach.everything:
        rows = Student.objects.hide_protected_from(user).filter(placed(wanted))
    elif reach.school_ids:
        near = Q(pk__in=today.values("pk")) & placed(wanted)
        rows = Student.objects.hide_protected_from(user).filter(placed(wanted, reach.school_ids) | near)
    else:
        rows = today.filter(placed(wanted))
    members = Membership.objects.on(wanted.day)
    if wanted.chosen("klasse"):
        rows = rows.filter(pk__in=members.filter(is_home_class=True, **named_class(wanted)).values("student"))
    if wanted.group:
        rows = rows.filter(pk__in=members.filter(group=wanted.group).values("student"))
    return rows


def placed(wanted: PupilFilter, schools: Collection[int] = ()) -> Q:
    """Who had a place on the day, at one of `schools` where some are given.

    Of a school or a grade level they are found past the wall; of everybody it is cheaper to ask for each pupil listed.
    """
    if wanted.school:
        schools = {wanted.school.pk} & set(schools) if schools else {wanted.school.pk}
        if not schools:
            return Q(pk__in=[])
    grade = wanted.chosen("trinn")
    if not schools and not grade:
        return Q(pk__in=places_on(wanted).values("student"))
    assert wanted.year and wanted.day
    day = (str(wanted.year.pk), wanted.day.isoformat(), str(is_ahead(wanted)))
    found = wall.ids_of("students_placed", *day, wall.array(schools), str(grade or 0))
    return Q(wall.Among("pk", found))


def named_class(wanted: PupilFilter) -> dict[str, Any]:
    return {
        "group__school": wanted.school,
        "group__school_year": wanted.year,
        "group__name": wanted.chosen("klasse"),
    }


def places_on(wanted: PupilFilter) -> QuerySet[Enrolment]:
    """Places held on the day; of a year to come also those that are planned."""
    rows: Any = Enrolment.objects.on(wanted.day).filter(school_year=wanted.year)
    found: QuerySet[Enrolment] = rows if is_ahead(wanted) else rows.exclude(state=Enrolment.State.PLANNED)
    return found


def is_ahead(wanted: PupilFilter) -> bool:
    return wanted.day is not None and wanted.day > clock.today()


def sees_the_departed(user: User) -> bool:
    """Whether those who have left since are in the list."""
    reach = scope_of(user).reach(Permission.SEE_ALL_YEARS)
    return bool(reach.everything or reach.school_ids)


def looking_back(user: User, wanted: PupilFilter, read: Callable[[], T]) -> T:
    """What `read` reads of a list; behind the wall for a day in the past, for whoever has the right to all years."""
    if wanted.day is None or not sees_the_departed(user):
        return read()
    with wall.lifted("the right to all years opens who belonged to a school, also those who have left it since"):
        return read()


def places(students: Sequence[Student], wanted: PupilFilter) -> dict[int, Place]:
    """Where the pupils belonged on the day (two queries). Read inside `looking_back`."""
    ids = [student.pk for student in students]
    of_class = Membership.objects.on(wanted.day).filter(
        student__in=ids, is_home_class=True, group__school_year=wanted.year
    )
    classes = dict(of_class.values_list("student", "group__name"))
    rows = places_on(wanted).filter(student__in=ids).order_by("valid_from")
    found = dict.fromkeys(ids, Place())
    for pk, school, grade in rows.values_list("student", "school__name", "grade_level"):
        found[pk] = Place(school, grade, classes.get(pk, ""))
    return found


def seen_today(user: User, students: Sequence[Student]) -> set[int]:
    """Those of the pupils whose page the user may open now."""
    rows = Student.objects.visible_to(user).filter(pk__in=[student.pk for student in students])
    return set(rows.values_list("pk", flat=True))
