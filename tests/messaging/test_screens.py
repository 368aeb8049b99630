"""Rapporter → Utsendinger, as the people who use it see it."""

from datetime import timedelta

import pytest
from celery import current_app
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accessctl.actions import give_grant
from accessctl.models import AccessEvent
from accessctl.permissions import OFFICER_GRANTS, Permission
from messaging import actions
from messaging.models import Dispatch
from people.models import Protection
from schools.today import lines_for
from tests.login import log_in
from tests.messaging.parts import queue
from tests.roles import after_request

LOG = reverse("messaging:log")
pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(world) -> dict[str, Dispatch]:
    made = {}
    for about in ("own", "classmate", "protected", "other_school"):
        made[about] = queue(world, f"dok:{about}:v1:a", about=about, kind=f"Type {about}")
        Dispatch.objects.filter(pk=made[about].pk).update(school=world.pupils[about].school)
    return made


def fail(*rows: Dispatch, failure: str = "no_address") -> None:
    Dispatch.objects.filter(pk__in=[row.pk for row in rows]).update(
        state="parked", failure=failure, failure_text="Mangler adresse."
    )


def as_user(world, name: str) -> Client:
    client = Client()
    log_in(client, world.user(name))
    return client


def shown(page) -> set[int]:
    return {line.dispatch.pk for line in page.context["lines"]}


def test_the_log_shows_own_schools_without_the_protected_and_says_so_in_the_access_log(world, rows):
    page = as_user(world, "school_admin").get(LOG)
    assert shown(page) == {rows["own"].pk, rows["classmate"].pk}
    seen = set(AccessEvent.objects.filter(action="list").values_list("about", flat=True))
    assert {world.pupils["own"].uuid, world.pupils["classmate"].uuid} <= seen
    assert world.pupils["protected"].uuid not in seen


def test_a_recipient_who_gets_protection_leaves_the_log(world, rows):
    world.people["guardian"].protection = Protection.CONFIDENTIAL
    world.people["guardian"].save()
    page = as_user(world, "school_admin").get(LOG)
    assert rows["own"].pk not in shown(page)


def test_the_filter_lives_in_the_address(world, rows):
    client = as_user(world, "municipal_admin")
    assert shown(client.get(LOG, {"type": "Type own"})) == {rows["own"].pk}
    assert shown(client.get(LOG, {"skole": str(world.school_b.uuid)})) == {rows["other_school"].pk}
    assert shown(client.get(LOG, {"fra": "2199-01-01"})) == set()
    assert rows["own"].pk in shown(client.get(LOG, {"fra": "tull", "type": "tull", "side": "x"}))


def test_failed_and_undelivered_stand_under_feil(world, rows):
    fail(rows["own"])
    Dispatch.objects.filter(pk=rows["classmate"].pk).update(
        state="sent", status="IKKE_LEVERT", svarut_id=rows["own"].uuid, sent_at=rows["own"].created_at
    )
    page = as_user(world, "school_admin").get(LOG, {"fane": "feil"})
    assert shown(page) == {rows["own"].pk, rows["classmate"].pk}
    assert "Mottakeren mangler postadresse" in page.content.decode()
    with translation.override("nb"):
        titles = {str(line.title) for line in lines_for(world.user("school_admin"))}
    assert {"1 brev kunne ikke sendes", "1 brev kom ikke fram til mottakeren"} <= titles


def test_every_letter_stands_under_one_tab_and_they_add_up(world, rows):
    """Whatever SvarUt says, and whoever decides about it: no letter is counted twice, and none is left out."""
    sent = {"state": "sent", "svarut_id": rows["own"].uuid, "sent_at": rows["own"].created_at}
    letters = [
        ("ikke-sendt", {}),
        ("ikke-sendt", {"state": "sent_unknown"}),
        ("ikke-sendt", {"state": "withdrawn"}),
        ("ikke-sendt", {"state": "parked", "failure": "protected"}),
        ("sendt", sent | {"status": "LEST"}),
        ("sendt", sent | {"status": "NOE_NYTT"}),
        ("feil", sent | {"status": "IKKE_LEVERT"}),
        ("feil", {"state": "parked", "failure": "no_address"}),
    ]
    Dispatch.objects.all().delete()
    expected: dict[str, set[int]] = {}
    for number, (pane, columns) in enumerate(letters):
        row = queue(world, f"dok:{number}:v1:a")
        Dispatch.objects.filter(pk=row.pk).update(**columns)
        expected.setdefault(pane, set()).add(row.pk)
    client = as_user(world, "school_admin")
    pages = {pane: client.get(LOG, {"fane": pane}) for pane in (*expected, "alle")}
    assert {pane: shown(page) for pane, page in pages.items()} == expected | {"alle": set().union(*expected.values())}
    counts = {tab.slug: tab.count for tab in pages["alle"].context["panes"]}
    assert counts == {"ikke-sendt": 4, "sendt": 2, "feil": 2, "alle": 8}


def test_equal_causes_are_sent_again_together_within_reach(world, rows):
    fail(rows["own"], rows["classmate"], rows["other_school"])
    as_user(world, "school_admin").post(reverse("messaging:send_many"), {"arsak": "Mangler adresse."})
    states = dict(Dispatch.objects.values_list("pk", "state"))
    assert states[rows["own"].pk] == states[rows["classmate"].pk] == "ready"
    assert states[rows["other_school"].pk] == "parked"


def test_letters_sent_again_wake_workers_at_once(
    world, rows, monkeypatch, settings, django_capture_on_commit_callbacks
):
    """Once the request is committed it sees no rows any more, and must count all the same."""
    settings.SVARUT_CONCURRENCY = 4
    Dispatch.objects.update(next_at=Now() + timedelta(hours=1))
    fail(rows["own"], rows["classmate"])
    rung: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **_more: rung.append(name))
    client = as_user(world, "municipal_admin")
    with django_capture_on_commit_callbacks() as waiting:
        client.post(reverse("messaging:send_many"), {"arsak": "Mangler adresse."})
    with after_request():
        waiting[-1]()
    assert rung == ["messaging.tasks.work"] * 2


def test_a_letter_is_taken_back_before_it_goes(world, rows):
    client = as_user(world, "team")
    client.post(reverse("messaging:withdraw", args=[rows["own"].uuid]))
    assert Dispatch.objects.get(pk=rows["own"].pk).state == "withdrawn"
    again = client.post(reverse("messaging:withdraw", args=[rows["own"].uuid]), follow=True).content.decode()
    assert "kan ikke trekkes tilbake" not in again
    assert Dispatch.objects.get(pk=rows["own"].pk).state == "withdrawn"
    assert AccessEvent.objects.filter(action="dispatch_withdraw").exists()


def test_teachers_have_no_log_of_letters(world, rows):
    assert as_user(world, "contact_teacher").get(LOG).status_code == 403


def test_a_stopped_letter_cannot_be_sent_by_those_who_are_not_officers(world, rows):
    fail(rows["own"], failure="protected")
    client = as_user(world, "school_admin")
    client.post(reverse("messaging:send_again", args=[rows["own"].uuid]))
    client.post(reverse("messaging:send_many"), {"valgt": str(rows["own"].uuid)})
    assert Dispatch.objects.get(pk=rows["own"].pk).state == "parked"
    assert client.post(reverse("messaging:decide", args=[rows["own"].uuid])).status_code == 403


def test_the_officer_decides_on_letters_to_the_protected(world, rows):
    fail(rows["protected"], rows["own"], failure="protected")
    for permission in OFFICER_GRANTS:
        give_grant(world.users["nurse"], permission, on=world.municipality, by=None, reason="Prøve")
    client = as_user(world, "nurse")
    page = client.get(reverse("messaging:held"))
    assert {line["dispatch"].pk for line in page.context["lines"]} == {rows["protected"].pk, rows["own"].pk}
    client.post(reverse("messaging:decide", args=[rows["own"].uuid]), {"valg": "levert"})
    client.post(reverse("messaging:decide", args=[rows["protected"].uuid]), {"valg": "igjen"})
    states = dict(Dispatch.objects.values_list("pk", "state"))
    assert (states[rows["own"].pk], states[rows["protected"].pk]) == ("withdrawn", "ready")


def officer_of(world) -> Client:
    for permission in OFFICER_GRANTS:
        give_grant(world.users["nurse"], permission, on=world.municipality, by=None, reason="Prøve")
    return as_user(world, "nurse")


@pytest.mark.parametrize("chosen", [{}, {"valg": ""}, {"valg": "trekk"}, {"valg": "LEVERT"}])
def test_a_choice_there_is_none_of_decides_nothing_and_is_told(world, rows, chosen):
    fail(rows["protected"], failure="protected")
    answer = officer_of(world).post(reverse("messaging:decide", args=[rows["protected"].uuid]), chosen)
    assert answer.status_code == 400
    assert "Velg «Levert på annen måte» eller «Vurder på nytt»." in answer.content.decode()
    assert Dispatch.objects.get(pk=rows["protected"].pk).state == "parked"
    assert not AccessEvent.objects.filter(action__in=["dispatch_decided", "dispatch_otherwise"]).exists()


@pytest.mark.parametrize("about", ["protected", "own"])
def test_a_held_letter_is_taken_back_by_nobody_from_the_log(world, rows, about):
    """To answer for address protection is the officer's task alone, whoever else may see the family (handbook 8.2)."""
    fail(rows[about], failure="protected")
    give_grant(world.users["team"], Permission.SEE_PROTECTED, on=world.municipality, by=None, reason="Prøve")
    client = as_user(world, "team")
    page = client.get(reverse("messaging:letter", args=[rows[about].uuid])).content.decode()
    assert "Vurderes av skjermingsansvarlig" in page and "Trekk tilbake" not in page
    answer = client.post(reverse("messaging:withdraw", args=[rows[about].uuid]), follow=True)
    assert "Den som har ansvar for adressesperrer, avgjør det." in answer.content.decode()
    assert Dispatch.objects.get(pk=rows[about].pk).state == "parked"


def quicker(monkeypatch, verb: str) -> None:
    """Somebody else does the same in the moment between what this person saw and what this person does."""
    act = getattr(actions, verb)

    def twice(dispatch: Dispatch, *, by) -> None:
        act(dispatch, by=by)
        act(dispatch, by=by)

    monkeypatch.setattr(actions, verb, twice)


def test_clicks_at_the_same_moment_are_no_errors(world, rows, monkeypatch):
    fail(rows["own"])
    fail(rows["protected"], rows["classmate"], failure="protected")
    for permission in OFFICER_GRANTS:
        give_grant(world.users["nurse"], permission, on=world.municipality, by=None, reason="Prøve")
    for verb in ("send_again", "decide_again", "delivered_otherwise"):
        quicker(monkeypatch, verb)
    answer = as_user(world, "school_admin").post(reverse("messaging:send_many"), {"valgt": str(rows["own"].uuid)})
    assert answer.status_code == 302
    officer = as_user(world, "nurse")
    for name, choice in (("protected", "igjen"), ("classmate", "levert")):
        answer = officer.post(reverse("messaging:decide", args=[rows[name].uuid]), {"valg": choice}, follow=True)
        assert "Brevet er alt avgjort." in answer.content.decode()
