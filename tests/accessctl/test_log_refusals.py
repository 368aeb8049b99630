"""A refused page is a line about the pupil it concerned, and nobody can tell from the refusal whether there is one."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accessctl.models import AccessEvent
from tests.login import grow_old, log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(world) -> Client:
    world.add_employee("officer", role="personvernombud")
    return as_user(world, "officer")


def as_user(world, name: str) -> Client:
    client = Client()
    log_in(client, world.user(name))
    return client


def last() -> AccessEvent:
    return AccessEvent.objects.filter(action="denied").latest("pk")


@pytest.mark.parametrize("about", ["other_school", "protected"])
def test_the_line_names_the_pupil_whom_the_address_names(world, about):
    pupil = world.pupils[about]
    assert as_user(world, "contact_teacher").get(f"/elever/{pupil.uuid}/").status_code == 404
    line = last()
    assert (line.about, line.object_id, line.school_id) == (pupil.uuid, pupil.uuid, pupil.school_id)
    assert (line.basis, line.role) == {"other_school": ("none", "Lærer"), "protected": ("own_group", "Lærer")}[about]


def test_the_line_names_the_pupil_whom_the_record_is_about(world):
    document, delivery = world.add_document("other_school")
    client = as_user(world, "school_admin")
    for path in (f"/dokumenter/{document.uuid}/", f"/rapporter/arkiv/{delivery.uuid}/"):
        assert client.get(path).status_code == 404
        assert last().about == world.pupils["other_school"].uuid, path
    relation = world.pupils["other_school"].guardian_relations.get()
    as_user(world, "municipal_admin").get(f"/adressesperre/portal/{relation.uuid}/")
    assert last().about == world.pupils["other_school"].uuid


def test_one_in_a_function_of_his_own_pupil_has_his_ground(world):
    pupil = world.pupils["own"]
    assert as_user(world, "contact_teacher").get(f"/elever/{pupil.uuid}/foresatte/sperr/").status_code == 403
    assert (last().about, last().basis) == (pupil.uuid, "own_group")


def test_an_address_that_names_nobody_is_about_nobody(world):
    assert as_user(world, "contact_teacher").get(f"/elever/{uuid4()}/").status_code == 404
    assert last().about is None
    assert last().role


@pytest.mark.parametrize("who", ["contact_teacher", "school_admin", "municipal_admin", "guardian"])
def test_a_pupil_who_is_hidden_takes_the_same_questions_as_one_who_does_not_exist(world, who):
    client = as_user(world, who)
    client.get(f"/elever/{uuid4()}/")
    asked, answers = [], []
    for uuid in (uuid4(), world.pupils["protected"].uuid):
        with CaptureQueriesContext(connection) as queries:
            answers.append(client.get(f"/elever/{uuid}/"))
        asked.append([query["sql"].split("(")[0][:30] for query in queries])
    assert [answer.status_code for answer in answers] == [answers[0].status_code] * 2
    assert asked[0] == asked[1]
    assert last().about == world.pupils["protected"].uuid


def test_only_who_searches_the_log_sees_it_and_it_is_not_handed_out(world, officer):
    pupil = world.pupils["own"]
    as_user(world, "guardian_former").get(f"/elever/{pupil.uuid}/tilgang/")
    text = officer.get("/innsynslogg/", {"elev": str(pupil.uuid), "handling": "denied"}).content.decode()
    assert "ble nektet hvem som kan se eleven" in text
    assert "ble nektet hvem" not in officer.get(f"/innsynslogg/elev/{pupil.uuid}/").content.decode()


def test_a_page_that_only_asks_for_a_fresh_login_says_so(officer):
    grow_old(officer)
    assert officer.get("/innsynslogg/").status_code == 403
    assert last().what == "confirm journal:search"
