"""The officers' list: everyone protected once, found by name, a family's case taken at once, and reasons asked for."""

import pytest
from django.urls import reverse

from accessctl.models import AccessEvent
from guardians import actions
from people.actions import raise_protection
from people.models import Person, Shielding
from tests.login import give_reason, log_in

LIST = "/adressesperre/"


@pytest.fixture
def officer(client, world, officers):
    log_in(client, world.user("officer"))
    return client


def table(response) -> list[str]:
    text = response.content.decode()
    return text[text.index("<tbody>") :].split("</tbody>")[0].split("<tr>")[1:] if "<tbody>" in text else []


def protect(world, *keys: str) -> None:
    Person.objects.filter(pk__in=[world.people[key].pk for key in keys]).update(protection="strict")


def test_a_guardian_of_two_is_one_row_with_the_way_to_each_family(officer, world):
    protect(world, "guardian")
    (row,) = (row for row in table(officer.get(LIST)) if "Foresatt Guardian" in row.split("</th>")[0])
    for key in ("own", "other_school"):
        assert reverse("guardians:family", args=[world.pupils[key].uuid]) in row
    lines = AccessEvent.objects.filter(action="list", user=world.users["officer"])
    assert {world.pupils["own"].uuid, world.pupils["other_school"].uuid} <= set(lines.values_list("about", flat=True))


def test_the_list_is_searched_by_name_which_is_not_in_the_address(officer, world):
    protect(world, "own", "guardian_b")
    response = officer.post(LIST, {"navn": "gua foresatt"})
    (row,) = table(response)
    assert "Foresatt Guardian_B" in row
    assert table(officer.post(LIST, {"navn": "Ingensteds"})) == []
    assert "Ingen passer med søket" in officer.post(LIST, {"navn": "Ingensteds"}).content.decode()
    assert len(table(officer.post(LIST, {"navn": ""}))) == len(table(officer.get(LIST))) == 3
    assert len(table(officer.get(LIST, {"navn": "Ingensteds"}))) == 3


def test_a_family_is_taken_over_at_once_and_another_familys_case_stands(officer, world):
    actions.shield_family(world.pupils["own"], whom=None, level="strict", reason="Trussel", by=world.user("principal"))
    other = world.people["other_class"]
    raise_protection(other, level="strict", reason="Annen sak", by=world.user("principal"))
    assert Shielding.objects.count() > 3
    text = officer.get(LIST).content.decode()
    assert text.count("Jeg tar saken") == 2
    first = Shielding.objects.filter(person=world.people["guardian"]).get()
    officer.post(reverse("guardians:followed_up", args=[first.uuid]))
    waiting = Shielding.objects.filter(followed_up_at__isnull=True)
    assert [shielding.person for shielding in waiting] == [other]
    assert officer.post(reverse("guardians:followed_up", args=[first.uuid])).status_code == 404


@pytest.mark.parametrize("name", ["family", "give_sight"])
def test_the_page_of_a_family_asks_why_also_when_only_a_parent_is_protected(officer, world, name):
    protect(world, "guardian")
    pupil = world.pupils["own"]
    page = reverse(f"guardians:{name}", args=[pupil.uuid])
    response = officer.get(page)
    assert response.status_code == 403 and "Foresatt Guardian" not in response.content.decode()
    assert not AccessEvent.objects.filter(action="open", about=pupil.uuid).exists()
    give_reason(officer, pupil, "Mor ringte om portalen")
    assert officer.get(page).status_code == 200
    assert AccessEvent.objects.get(action="open", about=pupil.uuid).reason == "Mor ringte om portalen"
