"""What a guardian sees in the portal, and what staff see of guardians."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accessctl.actions import give_grant
from accessctl.models import AccessEvent
from accessctl.permissions import Permission
from guardians import cards
from guardians.models import GuardianRelation
from people.models import Address, ContactDetails, Person, Protection
from schoolapp.lib import clock
from tests.login import give_reason, grow_old, log_in

PORTAL = "/foresatt/"


def children(response) -> list[str]:
    return [card["child"].person.family_name for card in response.context["cards"]]


def test_a_card_for_each_own_child_and_each_is_logged(client, world):
    log_in(client, world.user("guardian"))
    assert children(client.get(PORTAL)) == ["Own", "Other_School"]
    logged = AccessEvent.objects.filter(action="open").values_list("about", flat=True)
    assert set(logged) == {world.pupils["own"].uuid, world.pupils["other_school"].uuid}


@pytest.mark.parametrize("name", ["guardian_proposed", "guardian_former", "guardian_of_protected"])
def test_without_a_relation_in_force_there_is_no_card_but_a_next_step(client, world, name):
    log_in(client, world.user(name))
    response = client.get(PORTAL)
    assert children(response) == []
    assert "kontakter du skolen" in response.content.decode()


@pytest.mark.parametrize("name", ["contact_teacher", "municipal_admin", "other_school", "no_role"])
def test_the_portal_is_for_guardians(client, world, name):
    log_in(client, world.user(name))
    assert client.get(PORTAL).status_code == 403


def test_a_relation_that_ends_closes_the_card_the_next_day(client, world):
    relations = GuardianRelation.objects.filter(guardian=world.people["guardian"], student=world.pupils["own"])
    relations.update(valid_to=clock.today() - timedelta(days=1))
    log_in(client, world.user("guardian"))
    assert children(client.get(PORTAL)) == ["Other_School"]


def test_apps_fill_the_cards_with_lines(client, world, monkeypatch):
    own = world.pupils["own"].pk
    source = lambda user, students: {own: [cards.CardLine("Nytt brev", "Les det her", "/foresatt/", "Ulest")]}  # noqa: E731
    monkeypatch.setattr(cards, "_sources", [source])
    log_in(client, world.user("guardian"))
    text = client.get(PORTAL).content.decode()
    assert text.count("Nytt brev") == 1
    assert "Ulest" in text


def test_the_portal_costs_the_same_for_three_children_as_for_one(client, world, django_assert_max_num_queries):
    log_in(client, world.user("guardian_b"))
    client.get(PORTAL)
    with django_assert_max_num_queries(25) as one:
        client.get(PORTAL)
    world.add_guardian("guardian_b", "own", "classmate")
    with django_assert_max_num_queries(25) as three:
        client.get(PORTAL)
    assert len(three) == len(one)


def pupil_text(client, world, viewer: str, pupil: str) -> str:
    log_in(client, world.user(viewer))
    response = client.get(reverse("students:pupil", args=[world.pupils[pupil].uuid]))
    if response.status_code == 403:
        give_reason(client, world.pupils[pupil])
        response = client.get(reverse("students:pupil", args=[world.pupils[pupil].uuid]))
    assert response.status_code == 200
    return response.content.decode()


def give_sight_of_protected(world, viewer: str) -> None:
    give_grant(world.user(viewer), Permission.SEE_PROTECTED, on=world.school_a, by=None, reason="Inntak")


def test_a_protected_guardian_is_not_shown_to_someone_without_the_grant(client, world):
    guardian = world.people["guardian"]
    guardian.protection = Protection.CONFIDENTIAL
    guardian.save()
    text = pupil_text(client, world, "contact_teacher", "own")
    assert "Foresatt Guardian" not in text
    assert guardian.contact.phone not in text.replace(" ", "")


def test_with_the_grant_a_protected_guardian_is_named_and_contact_data_stay_hidden(client, world):
    guardian = world.people["guardian"]
    guardian.protection = Protection.CONFIDENTIAL
    guardian.save()
    give_sight_of_protected(world, "school_admin")
    text = pupil_text(client, world, "school_admin", "own")
    assert "Foresatt Guardian" in text
    assert "fortrolig" in text
    assert guardian.contact.phone not in text.replace(" ", "")
    assert guardian.contact.email not in text


def test_the_guardians_of_a_protected_child_do_not_tell_where_it_lives(client, world):
    GuardianRelation.objects.filter(student=world.pupils["protected"]).update(valid_from=date(2020, 1, 1))
    Address.objects.create(
        person=world.people["guardian_of_protected"],
        kind=Address.Kind.HOME,
        street="Hemmelig gate 1",
        postal_code="0001",
        city="Prøvestad",
        valid_from=date(2020, 1, 1),
    )
    give_sight_of_protected(world, "school_admin")
    text = pupil_text(client, world, "school_admin", "protected")
    assert "Guardian_Of_Protected" in text
    assert "Hemmelig gate" not in text


def test_someone_who_may_not_see_contact_data_sees_no_guardians(client, world):
    role = world.users["adviser"].assignments.get().role
    role.permissions = [Permission.VIEW_PUPIL.value]
    role.save()
    text = pupil_text(client, world, "adviser", "own")
    assert "Foresatt Guardian" not in text
    assert "Prøveveien" not in text


class TestProtectedInTheirOwnDoor:
    """Whoever is protected is asked to prove who they are, and never why they look at themselves or their child."""

    @pytest.fixture
    def pages(self, client, world) -> list[str]:
        Person.objects.filter(pk=world.people["guardian_of_protected"].pk).update(protection=Protection.STRICT)
        GuardianRelation.objects.filter(guardian=world.people["guardian_of_protected"]).update(portal_enabled=True)
        world.add_document("protected")
        log_in(client, world.user("guardian_of_protected"))
        pupil = world.pupils["protected"]
        letter = pupil.documents.get()
        return [
            PORTAL,
            reverse("guardians:contact"),
            reverse("guardians:access", args=[pupil.uuid]),
            reverse("documents:guardian_page", args=[letter.uuid]),
        ]

    @pytest.mark.parametrize("minutes", [0, 16])
    def test_a_guardian_gives_no_reason(self, client, pages, minutes):
        grow_old(client, minutes)
        for page in pages:
            response = client.get(page)
            assert "Hvorfor må du åpne siden?" not in response.content.decode(), page
            assert response.status_code == 200 or minutes, page

    def test_a_guardian_changes_the_own_contact_details(self, client, world, pages):
        assert client.post(reverse("guardians:contact"), {"email": "", "phone": "41 00 00 00"}).status_code == 302
        assert ContactDetails.objects.get(person=world.people["guardian_of_protected"]).phone == "41000000"
