"""Writes about pupils' places: school, year and class. Every one is dated; nothing of the past is overwritten."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.models import School, User
from people.models import Person
from schoolapp.lib import clock
from schools.models import SchoolYear
from students.models import Enrolment, Group, Membership, Student
from students.names import sort_name


class PlacementError(ValueError):
    """The pupil can not be placed so; the text says why and what to do."""


@transaction.atomic
@wall.lifted("whether somebody is a pupil already must be known whatever school they go to")
def register_students(persons: Iterable[Person], *, by: User | None) -> tuple[dict[int, Student], int]:
    """The persons as pupils, without a school when new, filed under their present names.

    Returns the pupils by the id of the person, and how many are new. Registering again changes nothing.
    """
    wanted = {person.pk: person for person in persons}
    found = {student.person_id: student for student in Student.objects.filter(person__in=wanted)}
    renamed = []
    for person_id, student in found.items():
        student.person = wanted[person_id]
        if student.sort_name != sort_name(student.person):
            student.sort_name = sort_name(student.person)
            renamed.append(student)
    Student.objects.bulk_update(renamed, ["sort_name"], batch_size=2000)
    missing = [Student(person=person, sort_name=sort_name(person)) for pk, person in wanted.items() if pk not in found]
    Student.objects.bulk_create(missing, batch_size=2000)
    return found | {student.person_id: student for student in missing}, len(missing)


@transaction.atomic
def open_class(*, school: School, year: SchoolYear, name: str, grade_level: int, by: User | None) -> Group:
    """The class called `name` at the school that year, made when there is none."""
    group, _created = Group.objects.get_or_create(
        school=school,
        school_year=year,
        kind=Group.Kind.HOME_CLASS,
        name=name,
        defaults={"grade_level": grade_level},
    )
    return group


@transaction.atomic
def enrol(
    student: Student, *, school: School, year: SchoolYear, grade_level: int, by: User | None, on: date | None = None
) -> Enrolment:
    """Give the pupil an active place from `on`, at the earliest the first day of the school year.

    A place the pupil already has is returned as it is. Raises PlacementError when the pupil has an active place at
    another school or in another grade that year: such a move is `move_to`, and a person decides it.
    """
    lock(student)
    active = student.enrolments.filter(school_year=year, state=Enrolment.State.ACTIVE).first()
    if active and (active.school_id, active.grade_level) == (school.pk, grade_level):
        return active
    if active:
        raise PlacementError(_("Eleven har allerede en aktiv plass dette skoleåret."))
    enrolment = Enrolment.objects.create(
        student=student,
        school=school,
        school_year=year,
        grade_level=grade_level,
        state=Enrolment.State.ACTIVE,
        valid_from=max(on or clock.today(), year.starts_on),
    )
    repeat_placement(student)
    return enrolment


@transaction.atomic
def place_in_class(student: Student, *, group: Group, by: User | None, on: date | None = None) -> Membership:
    """Put the pupil in a class from `on`; the class before it ends the day before (a pupil has one class, STR-06).

    Raises PlacementError when the group is no class, or when the pupil has no active place at its school that year.
    """
    start = max(on or clock.today(), group.school_year.starts_on)
    lock(student)
    if group.kind != Group.Kind.HOME_CLASS:
        raise PlacementError(_("Gruppen er ikke en klasse."))
    if not student.enrolments.filter(
        school_year=group.school_year, school=group.school, state=Enrolment.State.ACTIVE
    ).exists():
        raise PlacementError(_("Eleven har ikke plass på skolen til denne klassen."))
    standing = student.memberships.filter(is_home_class=True).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=start))
    same = standing.filter(group=group, valid_from__lte=start, valid_to__isnull=True).first()
    if same:
        return same
    if standing.filter(valid_from__gte=start).exists():
        raise PlacementError(_("Eleven er allerede satt i en klasse fra denne dagen eller senere."))
    standing.update(valid_to=start - timedelta(days=1))
    membership = Membership.objects.create(student=student, group=group, is_home_class=True, valid_from=start)
    repeat_placement(student)
    return membership


@transaction.atomic
def leave_school(
    student: Student, *, state: str, by: User | None, on: date | None = None, year: SchoolYear | None = None
) -> None:
    """End the active place with `state` (moved, private school, …) and all groups; `on` is the last day.

    Raises PlacementError when the pupil has no active place to leave.
    """
    last_day = on or clock.today()
    lock(student)
    active = student.enrolments.filter(state=Enrolment.State.ACTIVE)
    active = active.filter(school_year=year) if year else active.filter(school_year__state=SchoolYear.State.CURRENT)
    enrolment = active.first()
    if enrolment is None:
        raise PlacementError(_("Eleven har ingen aktiv plass å slutte i."))
    enrolment.state = state
    enrolment.valid_to = max(last_day, enrolment.valid_from)
    enrolment.save(update_fields=["state", "valid_to"])
    for membership in student.memberships.filter(group__school_year=enrolment.school_year).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=last_day)
    ):
        membership.valid_to = max(last_day, membership.valid_from)
        membership.save(update_fields=["valid_to"])
    repeat_placement(student)


@transaction.atomic
def move_to(
    student: Student, *, school: School, grade_level: int, by: User | None, on: date | None = None
) -> Enrolment:
    """Move the pupil to another school of the municipality from `on`, in the current school year."""
    start = on or clock.today()
    year = SchoolYear.objects.get(state=SchoolYear.State.CURRENT)
    leave_school(
        student,
        state=Enrolment.State.MOVED_INTERNAL,
        by=by,
        on=max(start - timedelta(days=1), year.starts_on),
        year=year,
    )
    return enrol(student, school=school, year=year, grade_level=grade_level, by=by, on=start)


@wall.lifted("a pupil who moves leaves the reach of the one who moves them")
def repeat_placement(student: Student) -> None:
    """Repeat the active place and the class of today on the pupil's own row, where access and lists read them."""
    enrolment = (
        student.enrolments.filter(state=Enrolment.State.ACTIVE)
        .filter(school_year__state=SchoolYear.State.CURRENT)
        .first()
    )
    membership = student.memberships.on().filter(is_home_class=True).select_related("group").first()
    student.school_id = enrolment.school_id if enrolment else None
    student.grade_level = enrolment.grade_level if enrolment else None
    student.home_class_name = membership.group.name if membership and enrolment else ""
    student.save(update_fields=["school", "grade_level", "home_class_name"])


def lock(student: Student) -> None:
    """One change of place at a time per pupil."""
    Student.objects.select_for_update().get(pk=student.pk)
