"""Who is a party to a case about a pupil or a guardian: the pupil's guardians, and whoever is kept from the pupil."""

from django.db.models import Q

from accessctl import wall
from guardians.models import GuardianRelation, RelationBlock
from people.apart import register
from people.models import Person


@wall.lifted("a user's own child may go to a school out of reach; all that is told is that the case is not theirs")
def is_close(own: Person, people: list[Person]) -> bool:
    """Whether `own` is or was to be a guardian of one of `people`, shares a child with one, or is kept from one.

    Ended relations and lifted blocks count: whoever lost a right must not be the one to give it back.
    """
    relations = GuardianRelation.objects.filter(guardian=own)
    shared = GuardianRelation.objects.filter(guardian__in=people).values("student")
    is_party = Q(student__person__in=people) | Q(student__in=shared)
    if relations.filter(is_party).exists():
        return True
    return RelationBlock.objects.filter(is_party, guardian=own).exists()


register(is_close)
