"""Why a guardian may log in."""

from guardians.models import GuardianRelation
from people.models import Person


def is_guardian(person: Person) -> bool:
    """Whether `person` today has a relation that opens the portal."""
    return GuardianRelation.objects.giving_access().filter(guardian=person).exists()
