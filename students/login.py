"""Why a pupil may log in."""

from django.db.models import QuerySet

from people.models import Person
from students.models import Student

LOWER_SECONDARY = 8


def is_pupil(person: Person) -> bool:
    """Whether `person` has a place at a school today, in lower secondary: that is where pupils get access (7.1)."""
    return old_enough().filter(person=person).exists()


def old_enough() -> QuerySet[Student]:
    """The pupils who get access to their own page."""
    return Student.objects.filter(school__isnull=False, grade_level__gte=LOWER_SECONDARY)


def may_log_in(student: Student) -> bool:
    """The same of a pupil at hand."""
    return student.school_id is not None and (student.grade_level or 0) >= LOWER_SECONDARY
