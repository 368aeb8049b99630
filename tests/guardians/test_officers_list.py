"""The officers' list: everyone protected once, found by name, a family's case taken at once, and reasons asked for."""

import pytest
from django.urls import reverse

from accessctl.models import AccessEvent
from guardians import actions
from guardians.views import protection
from people.actions import propose_lower, raise_protection
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


class TestPages:
    @pytest.fixture
    def many(self, world, monkeypatch) -> None:
        monkeypatch.setattr(protection, "PAGE_SIZE", 2)
        protect(world, "own", "classmate", "guardian_b", "contact_teacher")

    def test_a_page_at_a_time_and_only_what_is_shown_is_logged(self, officer, world, many):
        first, last = officer.get(LIST), officer.get(LIST, {"side": "99"})
        assert [len(table(page)) for page in (first, last)] == [2, 1]
        assert "Side 1 av 3" in first.content.decode() and "5 personer" in first.content.decode()
        told = set(AccessEvent.objects.filter(action="list").values_list("about", flat=True))
        assert world.pupils["classmate"].uuid in told and world.pupils["own"].uuid not in told

    def test_a_search_is_paged_without_the_name_in_an_address(self, officer, world, many):
        found = officer.post(LIST, {"navn": "elev"})
        text = found.content.decode()
        assert len(table(found)) == 2 and 'name="side" value="2"' in text and "navn=" not in text
        assert len(table(officer.post(LIST, {"navn": "elev", "side": "2"}))) == 1


def test_a_mother_and_a_daughter_of_one_name_are_told_apart(officer, world):
    names = {"given_name": "Kari", "family_name": "Nordmann"}
    Person.objects.filter(pk__in=[world.people[key].pk for key in ("own", "guardian")]).update(**names)
    actions.shield_family(world.pupils["own"], whom=None, level="strict", reason="Trussel", by=world.user("principal"))
    propose_lower(world.people["guardian"], level="none", reason="Trygt", by=world.user("second_officer"))
    born = world.people["own"].birth_date.year
    daughter, mother = f"Kari Nordmann (elev, født {born})", "Kari Nordmann (foresatt, født 1985)"
    text = officer.get(LIST).content.decode()
    case, proposal, everyone = text.split("<section")[1:]
    assert f"{daughter}: " in case and f"{mother}: " in case
    assert f"<h3>{mother}</h3>" in proposal
    assert all(f">{told.split('(')[1][:-1]}</span>" in everyone for told in (daughter, mother))
