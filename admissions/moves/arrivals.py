"""Finding the child who comes: by national id, or among the children of the register who have no place."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.audit import record_act
from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from admissions.models import Move
from admissions.models.moves import is_officer
from admissions.moves.actions import start
from admissions.moves.errors import MoveError
from people.actions import OtherName, check_name, find_or_add_by_name
from people.models import Person
from schools.models import SchoolYear
from students.actions import register_students
from students.models import Enrolment, Student

Kind = Move.Kind
OLDEST, YOUNGEST = 17, 5


@dataclass(frozen=True, slots=True)
class Child:
    """Who comes, as somebody at the counter knows it."""

    number: str
    given_name: str
    family_name: str
    born: date


class NotFromHere(MoveError):
    """A place at another school, or address protection: one answer, since either tells that the child is here."""

    def __init__(self, about: UUID | None) -> None:
        super().__init__(
            _("Dette barnet kan ikke skrives inn herfra. Ta kontakt med kommunen, så hjelper de med skoleplassen.")
        )
        self.about = about


def receive(child: Child, *, school: School, by: User) -> Move:
    """A case for the child at the school. Raises InvalidNationalId and MoveError.

    Nothing is kept of what is refused but a line in the log, by which the municipality is told what was asked for.
    """
    try:
        return case_for(child, school=school, by=by)
    except NotFromHere as refusal:
        record_act(by, "arrival_refused", about=refusal.about)
        raise


@transaction.atomic
@wall.lifted("whether a child is known, and has a place, must be found out whatever school it has; only a case is told")
def case_for(child: Child, *, school: School, by: User) -> Move:
    """The case itself. A name that is not the person's is told of first, also where that person is protected.

    Raises InvalidNationalId, NotFromHere and MoveError.
    """
    reach = scope_of(by).reach(Permission.EDIT_PUPIL)
    if not reach.covers_school(school.pk):
        raise MoveError(_("Rollene dine lar deg ikke skrive inn elever ved denne skolen."))
    try:
        person = find_or_add_by_name(child.number, given_name=child.given_name, family_name=child.family_name, by=by)
        check_name(person, f"{child.given_name} {child.family_name}")
    except OtherName as error:
        raise MoveError(str(error)) from None
    person = Person.objects.select_for_update().get(pk=person.pk)  # a double click is one case
    known = Student.objects.filter(person=person).first()
    if (person.is_protected and not is_officer(by)) or (known and is_elsewhere(known, by)):
        raise NotFromHere(known.uuid if known else None)
    if person.deceased_on:
        raise MoveError(_("Personen kan ikke skrives inn. Kontroller nummeret."))
    if person.birth_date is None:
        person.birth_date = child.born
        person.save(update_fields=["birth_date"])
    students, _new = register_students([person], by=by)
    student = students[person.pk]
    return start(student, kind=kind_for(student), to_school=school, by=by)


def is_elsewhere(student: Student, by: User) -> bool:
    """Whether the pupil has a place at a school the user does not reach."""
    reach = scope_of(by).reach(Permission.EDIT_PUPIL)
    return student.school_id is not None and not reach.covers_school(student.school_id)


def kind_for(student: Student) -> Kind:
    """Somebody who has been a pupil here comes back, for instance from a private school."""
    return Kind.BACK if student.enrolments.exists() else Kind.IN


def without_place(user: User) -> QuerySet[Student]:
    """Children of the register, of school age, who have no place, a case or a reason not to; for the municipality."""
    year = SchoolYear.objects.filter(state=SchoolYear.State.CURRENT).first()
    if year is None:
        return Student.objects.none()
    born_from, born_to = year.starts_on.year - OLDEST, year.starts_on.year - YOUNGEST
    rows = Student.objects.visible_to(user, Permission.EDIT_PUPIL).filter(
        school__isnull=True,
        person__deceased_on__isnull=True,
        person__birth_date__year__gt=born_from,
        person__birth_date__year__lt=born_to,
    )
    planned = Enrolment.objects.filter(state=Enrolment.State.PLANNED)
    left = Enrolment.objects.exclude(state=Enrolment.State.PLANNED)
    cases = Move.objects.open()
    rows = rows.exclude(pk__in=planned.values("student")).exclude(pk__in=left.values("student"))
    return rows.exclude(pk__in=cases.values("student")).select_related("person").order_by("sort_name", "pk")
