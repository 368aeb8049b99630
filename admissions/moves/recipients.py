"""Who can get a letter about coming to a school: first graders, and those who come to another grade (handbook 6.2)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accessctl import wall
from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from admissions.models import PlannedPlace, YearDraft
from admissions.moves.rules import INVITATION, OTHER_LETTER
from documents.models import Document
from people.models import Protection
from schoolapp.lib import clock
from students.models import Enrolment, Student

LATER = "the pupils of next year have no school yet, so that nobody but the municipality reaches them"
MOST = 500


@dataclass(frozen=True)
class Recipient:
    """A pupil with a place to come to, its grade, and the day of the newest letter of the kind this school year."""

    student: Student
    grade: int
    written_on: date | None

    @property
    def name(self) -> str:
        return str(self.student.person.full_name)


def schools_for(user: User) -> QuerySet[School]:
    """The schools for which the user writes letters to those who come."""
    reach = scope_of(user).reach(Permission.WRITE_DOCUMENT)
    return School.objects.all() if reach.everything else School.objects.filter(pk__in=reach.school_ids)


@wall.lifted(LATER)
def recipients(user: User, school: School, kind: str, grade: int | None = None) -> list[Recipient]:
    """Those who come to the school and get this letter, the protected left out, in grade 1 or in the others.

    Who has begun is not invited.
    """
    if not schools_for(user).filter(pk=school.pk).exists():
        return []
    is_wanted = {"grade_level__gt": 1} if kind == OTHER_LETTER else {"grade_level": 1}
    is_to_come = {"valid_from__gt": clock.today()} if kind == INVITATION else {}
    rows = [
        *in_the_plan(user, school).filter(**is_wanted).values_list("student", "grade_level"),
        *given(school).filter(**is_wanted).filter(**is_to_come).values_list("student", "grade_level"),
    ]
    grades = {student: number for student, number in rows if number is not None}
    chosen = [pk for pk, number in grades.items() if grade in (None, number)]
    students = Student.objects.filter(pk__in=chosen, person__protection=Protection.NONE)
    found = list(students.select_related("person", "school").order_by("sort_name", "pk")[:MOST])
    written = Document.objects.filter(
        student__in=found,
        document_type__slug=kind,
        state__in=(Document.State.RENDERING, Document.State.FINALISED),
        finalised_at__date__gte=clock.school_year_start(clock.today()),
    )
    last = {
        student: at.astimezone(clock.OSLO).date()
        for student, at in written.order_by("finalised_at").values_list("student", "finalised_at")
        if at
    }
    return [Recipient(student, grades[student.pk], last.get(student.pk)) for student in found]


def given(school: School) -> QuerySet[Enrolment]:
    """Places at the school, of next year or begun this year, of who was not there before."""
    earlier = Enrolment.objects.filter(
        student=OuterRef("student"), school=school, school_year__starts_on__lt=OuterRef("school_year__starts_on")
    )
    came = Q(state=Enrolment.State.ACTIVE, school_year__state="current")
    came &= Q(grade_level=1) | Q(valid_from__gt=F("school_year__starts_on"))
    rows = Enrolment.objects.filter(Q(state=Enrolment.State.PLANNED) | came, school=school)
    return rows.filter(Q(grade_level=1) | ~Exists(earlier))


def in_the_plan(user: User, school: School) -> QuerySet[PlannedPlace]:
    """Places of the plan that is being made, of who comes from elsewhere; for a school once it may plan."""
    drafts = YearDraft.objects.filter(state=YearDraft.State.PLANNING)
    if not user.holds(Permission.OPEN_YEAR):
        drafts = drafts.filter(opened_at__isnull=False)
    rows = PlannedPlace.objects.filter(draft__in=drafts, school=school, grade_level__isnull=False)
    return rows.exclude(from_school=school)
