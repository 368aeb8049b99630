"""Why a pupil may log in."""

from people.models import Person
from students.models import Student

LOWER_SECONDARY = 8


def is_pupil(person: Person) -> bool:
    """Whether `person` has a place at a school today, in lower secondary: that is where pupils get access (7.1)."""
    return Student.objects.filter(person=person, school__isnull=False, grade_level__gte=LOWER_SECONDARY).exists()
