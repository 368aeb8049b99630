"""What the tests of relations, blocks and protection share."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from accessctl.actions import give_grant
from accessctl.permissions import OFFICER_GRANTS
from guardians import actions
from guardians.models import GuardianRelation
from people.models import Person
from schoolapp.lib import clock
from students.models import Student
from tests.world import World


@pytest.fixture
def officers(world) -> tuple[str, str]:
    """Two who answer for address protection in the whole municipality."""
    for name in ("officer", "second_officer"):
        world.add_employee(name, role="kommuneadmin")
        for permission in OFFICER_GRANTS:
            give_grant(world.user(name), permission, on=world.municipality, by=None, reason="Ansvarlig")
    return "officer", "second_officer"


@pytest.fixture
def by_hand(world, officers) -> Callable[..., GuardianRelation]:
    """A relation documented by hand and confirmed by another."""

    def make(guardian: Person, student: Student, *, days: int = 90, **changes) -> GuardianRelation:
        fields = {"evidence": "court", "reference": "26/1", "valid_to": clock.today() + timedelta(days=days)} | changes
        proposed = actions.propose_by_hand(guardian, student=student, by=world.user("officer"), **fields)
        actions.confirm_relation(proposed, by=world.user("second_officer"))
        return proposed

    return make


@pytest.fixture
def outsider(world) -> Person:
    """Somebody the register has no responsibility for."""
    return new_adult(world, "Utenfor")


def new_adult(world: World, name: str) -> Person:
    person = world.add_person("Voksen", name, born=date(1984, 2, 3), with_user=True)
    world.people[name.lower()], world.users[name.lower()] = person, person.user
    return person


def children(person: Person) -> set[int]:
    """The pupils a guardian reaches."""
    return set(GuardianRelation.objects.giving_access().filter(guardian=person).values_list("student", flat=True))
