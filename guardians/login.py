"""Why a guardian may log in."""

from guardians.actions import note_attempt
from guardians.models import GuardianRelation
from people.models import Person
from staff.login import is_employee


def is_guardian(person: Person) -> bool:
    """Whether `person` today has a relation that opens the portal.

    Somebody who has none and is kept from a pupil leaves a task at that school; nothing of the pupil is told. Those who
    work here log in as such, and leave none.
    """
    if GuardianRelation.objects.giving_access().filter(guardian=person).exists():
        return True
    if not is_employee(person):
        note_attempt(person)
    return False
