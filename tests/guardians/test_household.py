"""Whoever is protected is not found through the address of the people they live with."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission as AuthPermission
from django.urls import reverse

from accessctl.actions import give_grant
from accessctl.permissions import Permission
from guardians.models import GuardianRelation
from people.models import Address, Person, Protection
from students import tabs
from students.models import StudentGrant
from tests.login import log_in

HOME = "Felleshjemmet 7"


def lives_at_home(person: Person) -> None:
    person.addresses.all().delete()
    Address.objects.create(
        person=person,
        kind=Address.Kind.HOME,
        street=HOME,
        postal_code="0001",
        city="Prøvestad",
        valid_from=date(2020, 1, 1),
    )


def protect(person: Person) -> None:
    person.protection = Protection.STRICT
    person.save()


def grant(world, viewer: str, *, on=None) -> None:
    give_grant(world.user(viewer), Permission.SEE_PROTECTED, on=on or world.municipality, by=None, reason="Inntak")


def page_of(client, world, viewer: str, pupil: str) -> str:
    log_in(client, world.user(viewer))
    response = client.get(reverse("students:pupil", args=[world.pupils[pupil].uuid]))
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def family(world):
    """Two children at school A, one at school B, and two parents, all in one home."""
    world.add_pupil("brother", world.groups["5B"])
    world.add_pupil("sister", world.groups["8A"])
    for parent in ("mother", "father"):
        world.add_guardian(parent, "own", "brother", "sister")
    for who in ("own", "brother", "sister", "mother", "father"):
        lives_at_home(world.people[who])
    return world


def test_without_protection_the_child_and_both_parents_show_where_they_live(client, family):
    assert page_of(client, family, "school_admin", "own").count(HOME) == 3


@pytest.mark.parametrize("state", ["verified", "proposed"])
def test_a_protected_guardian_is_not_found_through_the_child_or_the_other_parent(client, family, state):
    protect(family.people["father"])
    GuardianRelation.objects.filter(guardian=family.people["father"]).update(state=state)
    for viewer in ("contact_teacher", "school_admin"):
        text = page_of(client, family, viewer, "own")
        assert HOME not in text
        assert "Foresatt Mother" in text
        assert family.people["mother"].contact.email in text
        assert family.people["own"].contact.email in text


@pytest.mark.parametrize("sibling", ["brother", "sister"])
def test_a_protected_child_is_not_found_through_a_sibling(client, family, sibling):
    protect(family.people[sibling])
    text = page_of(client, family, "contact_teacher", "own")
    assert HOME not in text
    assert family.people["mother"].contact.email in text


def test_a_protected_parent_of_a_half_sibling_is_not_found_through_the_parent_in_common(client, family):
    """The parent's card on either child's page tells the same."""
    GuardianRelation.objects.filter(guardian=family.people["father"]).exclude(student=family.pupils["sister"]).delete()
    protect(family.people["father"])
    assert HOME not in page_of(client, family, "contact_teacher", "own")


def test_a_protected_stepsibling_is_not_found_through_the_half_sibling_in_between(client, family):
    GuardianRelation.objects.filter(guardian=family.people["father"], student=family.pupils["own"]).delete()
    GuardianRelation.objects.filter(guardian=family.people["mother"], student=family.pupils["brother"]).delete()
    protect(family.people["brother"])
    assert HOME not in page_of(client, family, "contact_teacher", "own")


def test_an_ended_relation_hides_nothing(client, family):
    protect(family.people["father"])
    GuardianRelation.objects.filter(guardian=family.people["father"]).update(state="ended")
    assert page_of(client, family, "contact_teacher", "own").count(HOME) == 2


@pytest.mark.parametrize("where", ["municipality", "school_a"])
def test_the_grant_shows_the_address_of_those_who_are_not_protected(client, family, where):
    protect(family.people["father"])
    protect(family.people["brother"])
    grant(family, "school_admin", on=getattr(family, where))
    assert page_of(client, family, "school_admin", "own").count(HOME) == 2


def test_the_grant_for_one_school_does_not_tell_of_a_child_at_another(client, family):
    protect(family.people["sister"])
    grant(family, "school_admin", on=family.school_a)
    assert HOME not in page_of(client, family, "school_admin", "own")


def test_a_grant_for_one_pupil_does_not_open_the_family(client, family):
    protect(family.people["father"])
    permission = AuthPermission.objects.get(
        content_type__app_label="students", content_type__model="student", codename=Permission.SEE_PROTECTED.value
    )
    StudentGrant.objects.create(
        user=family.users["contact_teacher"],
        permission=permission,
        content_object=family.pupils["own"],
        reason="Unntak",
    )
    assert HOME not in page_of(client, family, "contact_teacher", "own")


def test_lists_and_the_portal_show_no_address(client, family):
    protect(family.people["father"])
    log_in(client, family.user("school_admin"))
    assert HOME not in client.get(reverse("students:list"), {"sok": "own"}).content.decode()
    log_in(client, family.user("mother"))
    text = client.get(reverse("guardians:home")).content.decode()
    assert str(family.pupils["own"].uuid) in text
    assert HOME not in text


def test_the_page_costs_the_same_for_a_large_family(client, family, django_assert_max_num_queries):
    page_of(client, family, "contact_teacher", "own")
    url = reverse("students:pupil", args=[family.pupils["own"].uuid])
    with django_assert_max_num_queries(25) as small:
        client.get(url)
    for number in range(4):
        family.add_pupil(f"child {number}", family.groups["5B"])
        family.add_guardian("mother", f"child {number}")
        family.add_guardian(f"grown-up {number}", "own", f"child {number}")
    with django_assert_max_num_queries(25) as large:
        client.get(url)
    assert len(large) == len(small)


def test_the_address_is_hidden_when_no_app_knows_the_family(client, family, monkeypatch):
    assert HOME in page_of(client, family, "contact_teacher", "own")
    monkeypatch.setattr(tabs, "_address_rules", [])
    assert HOME not in page_of(client, family, "contact_teacher", "own")
