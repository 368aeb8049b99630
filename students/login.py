"""Why a pupil may log in."""

from people.models import Person
from students.models import Student


def is_pupil(person: Person) -> bool:
    """Whether `person` today has a place at one of the schools."""
    return Student.objects.filter(person=person, school__isnull=False).exists()
