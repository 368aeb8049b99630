"""On the screen a request that showed many pupils is one line, with the pupils folded away; the log keeps them all."""

import csv
from io import StringIO

import pytest
from django.urls import reverse

from accessctl.audit import record_list
from accessctl.journal import folding
from accessctl.models import AccessEvent
from schoolapp.lib import request_id
from tests.login import log_in

pytestmark = pytest.mark.django_db
SEARCH = reverse("journal:search")


@pytest.fixture
def officer(client, world):
    world.add_employee("officer", role="personvernombud")
    log_in(client, world.user("officer"))
    return client


@pytest.fixture
def shown(world) -> list:
    """One list with three pupils, and another with two of them."""
    pupils = [world.pupils[key] for key in ("own", "classmate", "protected")]
    for group in (pupils, pupils[:2]):
        with request_id.begun(""):
            record_list(world.user("contact_teacher"), "list", group)
    return pupils


def lines(officer, **query):
    return officer.get(SEARCH, query).context["lines"]


def test_a_list_is_one_line_with_its_pupils_folded_away(officer, shown):
    found = lines(officer, handling="list")
    assert [line.pupils for line in found] == [2, 3]
    assert [pupil for pupil, _ground in found[1].folded] == ["Elev Classmate", "Elev Own", "Skjermet elev"]
    page = officer.get(SEARCH, {"handling": "list"}).content.decode()
    assert "<summary>3 elever</summary>" in page and "Elev Protected" not in page
    assert found[1].ground == "Kontaktlærer i 5A"


def test_the_stored_lines_stay_one_per_pupil_also_of_the_search(officer, shown):
    assert AccessEvent.objects.filter(action="list").count() == 5
    lines(officer)
    seen = AccessEvent.objects.filter(action="search_log", about__isnull=False)
    assert set(seen.values_list("about", flat=True)) == {pupil.uuid for pupil in shown}
    rows = list(
        csv.reader(
            StringIO(officer.get(reverse("journal:export"), {"handling": "list"}).content.decode()), delimiter=";"
        )
    )
    assert len(rows) == 6


def test_own_searches_do_not_push_others_off_the_page_and_can_be_hidden(officer, world, shown, monkeypatch):
    monkeypatch.setattr("accessctl.journal.views.PAGE_SIZE", 4)
    for _n in range(3):
        lines(officer)
    found = lines(officer)
    assert [line.event.action for line in found] == ["search_log"] * 3 + ["list"]
    assert {line.pupils for line in found[:3]} == {3}
    hidden = officer.get(SEARCH, {"skjul_egne": "on"})
    assert [line.event.action for line in hidden.context["lines"]] == ["list", "list"]
    assert "skjul_egne=on" in hidden.content.decode(), "the links keep it"
    with request_id.begun(""):
        record_list(world.user("principal"), "search_log", shown)
    assert lines(officer, skjul_egne="on")[0].event.action == "search_log", "other people's searches stay"


def test_each_ground_is_told_where_they_differ(officer, world):
    with request_id.begun(""):
        record_list(world.user("team"), "list", [world.pupils["own"], world.pupils["other_school"]])
    [line] = lines(officer, handling="list")
    assert [ground for _pupil, ground in line.folded] == ["Team ved Skole B", "Team ved Skole A"]
    assert line.ground == ""


def test_openings_are_never_folded_and_families_neither(officer, world, shown):
    with request_id.begun(""):
        record_list(world.user("contact_teacher"), "open", shown)
        record_list(world.user("guardian"), "list", [world.pupils["own"], world.pupils["other_school"]])
    assert len(lines(officer, handling="open")) == 3
    assert [line.folded for line in lines(officer, handling="list", ansatt=world.users["guardian"].username)] == [
        (),
        (),
    ]


def test_one_pupil_has_one_line_for_each_request(officer, shown):
    found = lines(officer, elev=str(shown[0].uuid), handling="list")
    assert [(line.pupil, line.folded) for line in found] == [("Elev Own", ())] * 2


def test_very_long_lists_are_cut(officer, shown, monkeypatch):
    monkeypatch.setattr(folding, "MOST_UNFOLDED", 2)
    page = officer.get(SEARCH, {"handling": "list"})
    assert [(line.pupils, line.more) for line in page.context["lines"]] == [(2, 0), (3, 1)]
    assert "Og 1 til. Alle står i CSV-filen." in page.content.decode()
    monkeypatch.setattr(folding, "MOST", 3)
    assert officer.get(SEARCH, {"handling": "list"}).context["page"].paginator.is_cut


def test_folding_costs_few_queries(officer, shown, django_assert_max_num_queries):
    lines(officer)
    with django_assert_max_num_queries(25):
        lines(officer)
