"""Writes about pupils' places (school, year and class) and about who is responsible for groups.

Every one is dated; nothing of the past is overwritten.
"""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.actions import end_now
from accessctl.audit import record_event
from accessctl.models import RoleAssignment, School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from people.models import Person
from schoolapp.lib import clock
from schools.models import SchoolYear
from staff.models import Employee
from students.models import Enrolment, Group, GroupStaffing, Membership, Student
from students.names import sort_name


class PlacementError(ValueError):
    """The pupil can not be placed so; the text says why and what to do."""


class StaffingError(ValueError):
    """The employee can not be made responsible so; the text says why and what to do."""


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
    if group.closed_on and group.closed_on < start:
        raise PlacementError(_("Klassen er avsluttet. Velg en annen klasse."))
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
    leave_contact_groups(student, of=list(standing.values_list("group", flat=True)), last_day=start - timedelta(days=1))
    standing.update(valid_to=start - timedelta(days=1))
    membership = Membership.objects.create(student=student, group=group, is_home_class=True, valid_from=start)
    repeat_placement(student)
    return membership


def leave_contact_groups(student: Student, *, of: list[int], last_day: date) -> None:
    """A contact group's pupils belong to its class: end the places in those of the classes a pupil leaves."""
    if not of:
        return
    places = student.memberships.filter(group__home_class__in=of)
    places.filter(valid_from__gt=last_day).delete()
    places.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=last_day)).update(valid_to=last_day)


@transaction.atomic
def leave_school(
    student: Student,
    *,
    state: str,
    by: User | None,
    on: date | None = None,
    year: SchoolYear | None = None,
    keeps: Collection[str] = (),
) -> None:
    """End the active place with `state` (moved, private school, …) and all groups; `on` is the last day.

    Groups of the kinds in `keeps` go on, and a group that had not begun disappears. Raises PlacementError when the
    pupil has no active place to leave.
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
    left = student.memberships.filter(group__school_year=enrolment.school_year).exclude(group__kind__in=keeps)
    left.filter(valid_from__gt=last_day).delete()
    left.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=last_day)).update(valid_to=last_day)
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
    """Repeat the active place and the class of today on the pupil's own row, where access and lists read them.

    A pupil who is exempt from compulsory schooling stays listed where the pupil was (STR-12).
    """
    exempt = Q(state=Enrolment.State.EXEMPT, valid_to__isnull=True)
    enrolment = (
        student.enrolments.filter(Q(state=Enrolment.State.ACTIVE) | exempt)
        .filter(school_year__state=SchoolYear.State.CURRENT)
        .order_by("state")
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


def may_staff(user: User, group: Group) -> bool:
    """Whether `user` decides who is responsible for groups at the group's school; over own groups alone nobody does."""
    return scope_of(user).reach(Permission.EDIT_GROUPS).covers_school(group.school_id)


def functions_in(group: Group) -> list[GroupStaffing.Function]:
    """What one can be in a group of this kind. What follows from being contact teacher comes with a class alone."""
    function = GroupStaffing.Function
    match group.kind:
        case Group.Kind.SFO_GROUP:
            return [function.ASSISTANT]
        case Group.Kind.SUBJECT_GROUP | Group.Kind.ELECTIVE:
            return [function.SUBJECT_TEACHER, function.ASSISTANT]
    return list(function)


@transaction.atomic
def staff_group(
    group: Group,
    *,
    employee: Employee,
    function: str,
    by: User,
    valid_from: date | None = None,
    valid_to: date | None = None,
    is_trial: bool = False,
) -> GroupStaffing | None:
    """Make the employee responsible for the group; what that opens depends on the roles the employee has.

    A trial checks everything and saves nothing. Raises StaffingError for somebody else's school, for oneself, for an
    employee without a role at the school, for a period out of order, and for what the employee is already.
    """
    start = valid_from or clock.today()
    check_may_staff(group, by)
    if employee.person.user_id == by.pk:
        raise StaffingError(_("Du kan ikke gi deg selv ansvar for en gruppe. Be en kollega med samme ansvar."))
    if function not in functions_in(group):
        raise StaffingError(_("Ingen kan ha denne funksjonen i en gruppe av dette slaget. Velg en annen."))
    valid_to = valid_to or group.closed_on
    check_staffing_period(group, start, valid_to)
    if not RoleAssignment.objects.not_ended().filter(user=employee.person.user_id, school=group.school).exists():
        raise StaffingError(_("Den ansatte har ingen rolle ved skolen. Gi en rolle under Tilganger først."))
    Group.objects.select_for_update().get(pk=group.pk)
    same = GroupStaffing.objects.filter(group=group, employee=employee, function=function)
    same = same.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=start))
    if (same.filter(valid_from__lte=valid_to) if valid_to else same).exists():
        raise StaffingError(_("Den ansatte har allerede denne funksjonen i gruppen i perioden."))
    if is_trial:
        return None
    row = GroupStaffing.objects.create(
        group=group, employee=employee, function=function, valid_from=start, valid_to=valid_to
    )
    record_event(by, "staff_group", employee, what=what_of_staffing(row))
    return row


@transaction.atomic
def end_staffing(row: GroupStaffing, *, by: User, last_day: date | None = None, is_trial: bool = False) -> None:
    """Let the responsibility end on `last_day`, or have ended now; one that had not begun disappears.

    A trial checks everything and saves nothing. Raises StaffingError for somebody else's school, for one that has
    ended, and for a day that is past, or later than the end already set: to last longer is to be given anew.
    """
    check_may_staff(row.group, by)
    if row.valid_to and row.valid_to < clock.today():
        raise StaffingError(_("Ansvaret er avsluttet allerede."))
    if last_day and last_day < max(row.valid_from, clock.today()):
        raise StaffingError(_("Siste dag må være i dag eller senere. Velg «Avslutt nå» for å ta ansvaret bort."))
    if last_day and row.valid_to and last_day > row.valid_to:
        raise StaffingError(_("Ansvaret slutter før denne dagen. Legg det til på nytt for perioden etter."))
    if is_trial:
        return
    record_event(by, "end_staffing", row.employee, what=what_of_staffing(row))
    if last_day is None:
        end_now(row)
    else:
        row.valid_to = last_day
        row.save(update_fields=["valid_to"])


def check_may_staff(group: Group, by: User) -> None:
    if not may_staff(by, group):
        raise StaffingError(_("Rollene dine lar deg ikke endre hvem som har ansvar ved denne skolen."))


def check_staffing_period(group: Group, start: date, end: date | None) -> None:
    """Raise StaffingError for what would begin in the past, end before it began, or lie after the school year."""
    if start < clock.today():
        raise StaffingError(_("Ansvar kan ikke gis tilbake i tid. Velg dagen i dag eller senere."))
    if group.closed_on and max(start, end or start) > group.closed_on:
        raise StaffingError(_("Gruppen er avsluttet, så ingen kan få ansvar for den etter siste dag."))
    if end and end < start:
        raise StaffingError(_("Sluttdatoen er før startdatoen."))
    if start > group.school_year.ends_on:
        raise StaffingError(_("Startdatoen er etter skoleåret gruppen hører til. Velg en tidligere dag."))


def what_of_staffing(row: GroupStaffing) -> str:
    """The group, the function and the period, for the log; whose it is stands in the line."""
    until = f"–{row.valid_to:%d.%m.%Y}" if row.valid_to else "–"
    what = f"{row.get_function_display()} {row.valid_from:%d.%m.%Y}{until}: {row.group.name}, {row.group.school.name}"
    return what[:120]
