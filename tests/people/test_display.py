"""What a contact card may hold."""

from datetime import timedelta

import pytest

from people.display import addresses_today, contact_card
from people.models import Address, Person, Protection
from schoolapp.lib import clock


@pytest.fixture
def person(db) -> Person:
    """Somebody unprotected with a home, and a place they stay at."""
    person = Person.objects.create(given_name="Ola", family_name="Prøve")
    for kind, street in ((Address.Kind.HOME, "Hjemveien 1"), (Address.Kind.STAY, "Gjemmestedet 2")):
        Address.objects.create(person=person, kind=kind, street=street, postal_code="0001", city="Prøvestad")
    return person


def streets(person: Person) -> list[str]:
    return [line.text for line in addresses_today(Person.objects.get(pk=person.pk))]


@pytest.mark.parametrize("protection", [Protection.CLIENT, Protection.CONFIDENTIAL, Protection.STRICT])
def test_an_address_with_its_own_protection_is_hidden_though_the_person_is_not_protected(person, protection):
    assert sorted(streets(person)) == ["Gjemmestedet 2, 0001 Prøvestad", "Hjemveien 1, 0001 Prøvestad"]
    person.addresses.filter(kind=Address.Kind.STAY).update(protection=protection)
    assert streets(person) == ["Hjemveien 1, 0001 Prøvestad"]
    card = contact_card(person, sees_contact=True, sees_protected=True, household_protected=False)
    assert "Gjemmestedet" not in str(card) and "Hjemveien" in str(card)


def test_only_addresses_in_force_today_are_shown(person):
    today = clock.today()
    person.addresses.filter(kind=Address.Kind.STAY).update(
        valid_from=today - timedelta(days=9), valid_to=today - timedelta(days=1)
    )
    assert streets(person) == ["Hjemveien 1, 0001 Prøvestad"]
    person.addresses.filter(kind=Address.Kind.HOME).update(valid_from=today + timedelta(days=1))
    assert streets(person) == []


def test_someone_whose_household_is_protected_keeps_all_but_the_address(person):
    card = contact_card(person, sees_contact=True, sees_protected=False, household_protected=True)
    assert card is not None and card.name == "Ola Prøve" and card.addresses == ()


def test_nobody_makes_a_card_without_asking_about_the_household(person):
    with pytest.raises(TypeError):
        contact_card(person, sees_contact=True, sees_protected=False)
