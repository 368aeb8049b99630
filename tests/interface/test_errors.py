"""Error pages say what to do, give a reference that is in the log, and show no data."""

import logging

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.test import Client, RequestFactory

from accessctl.models import Role
from schoolapp import errors
from tests.login import log_in


def test_a_page_that_does_not_exist(client, world, caplog):
    log_in(client, world.user("contact_teacher"))
    with caplog.at_level(logging.WARNING, "schoolapp.errors"):
        response = client.get("/finnes/ikke/")
    assert response.status_code == 404
    assert "Vi finner ikke siden" in response.content.decode()
    assert response.context["reference"] in caplog.text


def test_a_stranger_and_a_missing_pupil_look_the_same(client, world):
    log_in(client, world.user("contact_teacher"))
    foreign = client.get(f"/elever/{world.pupils['other_school'].uuid}/")
    missing = client.get("/elever/00000000-0000-4000-8000-000000000000/")
    assert foreign.status_code == missing.status_code == 404
    for response in (foreign, missing):
        assert "Other_School" not in response.content.decode()


def test_a_page_for_others(client, world):
    log_in(client, world.user("guardian"))
    response = client.get("/elever/")
    assert response.status_code == 403
    assert "Du har ikke tilgang til denne siden" in response.content.decode()


def test_a_form_without_its_token_is_refused_with_the_way_on(world):
    response = Client(enforce_csrf_checks=True).post("/spraak/", {"spraak": "nn"})
    assert response.status_code == 403
    assert "Skjemaet kunne ikke sendes" in response.content.decode()


def test_a_request_that_cannot_be_understood(client, world, monkeypatch):
    def refuse(request):
        raise SuspiciousOperation("detail for the log")

    monkeypatch.setattr("students.views.staff.kept_query", refuse)
    log_in(client, world.user("contact_teacher"))
    response = client.get("/elever/")
    assert response.status_code == 400
    assert "Vi forstod ikke forespørselen" in response.content.decode()
    assert "detail for the log" not in response.content.decode()


@pytest.mark.django_db
def test_an_error_page_stands_even_before_login_and_language_are_known():
    assert errors.bad_request(RequestFactory().get("/")).status_code == 400


def test_the_page_for_our_own_failure_needs_no_database(db, caplog):
    request = RequestFactory().get("/elever/")
    request.resolver_match = None

    def refuse(execute, sql, params, many, context):
        raise AssertionError("the page asked the database")

    with connection.execute_wrapper(refuse), caplog.at_level(logging.ERROR, "schoolapp.errors"):
        response = errors.server_error(request)
    assert response.status_code == 500
    text = response.content.decode()
    assert "Noe gikk galt hos oss" in text
    assert any(word in text for word in caplog.text.split() if len(word) == 8)


@pytest.mark.filterwarnings("ignore")
def test_our_own_failure_shows_nothing_of_its_cause(world, monkeypatch):
    monkeypatch.setattr("schools.views.staff.lines_for", lambda user: 1 / 0)
    client = Client(raise_request_exception=False)
    log_in(client, world.user("contact_teacher"))
    response = client.get("/i-dag/")
    assert response.status_code == 500
    assert "ZeroDivisionError" not in response.content.decode()
    assert "Noe gikk galt hos oss" in response.content.decode()


@pytest.mark.parametrize(
    ("viewer", "path", "says", "says_not"),
    [
        ("guardian", "/elever/", "Det som gjelder barna dine", "rettigheten"),
        ("other_school", "/elever/", "spør du kontaktlæreren din", "rettigheten"),
        ("nurse", "/elever/", "Skoleadmin2, som gis av Kommuneadmin", "Foresatt, som gis av"),
        ("nurse", "/foresatt/", "Siden er for foresatte", "rettigheten"),
        ("principal", "/adressesperre/", "Den gis til én og én ansatt av Kommuneadmin.", "Skoleadmin"),
        ("no_role", "/elever/", "Du har ingen tilgang ennå", "rettigheten"),
    ],
)
def test_a_page_for_others_is_told_to_who_is_looking(client, world, viewer, path, says, says_not):
    log_in(client, world.user(viewer))
    response = client.get(path)
    text = response.content.decode().split("Her får du hjelp")[0]
    assert response.status_code == 403
    assert says in text
    assert says_not not in text


def test_who_gives_a_role_is_what_the_municipality_has_decided(client, world):
    Role.objects.filter(slug="rektor").update(given_by=["team"])
    log_in(client, world.user("nurse"))
    assert "Rektor, som gis av Team" in client.get("/elever/").content.decode()


@pytest.mark.parametrize(("viewer", "method", "path"), [("principal", "get", "/spraak/"), (None, "put", "/logg-inn/")])
def test_an_address_that_takes_only_forms_answers_with_a_page(client, world, viewer, method, path):
    if viewer:
        log_in(client, world.user(viewer))
    response = getattr(client, method)(path)
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
    assert "Adressen kan ikke åpnes slik" in response.content.decode()


def test_the_preview_of_a_role_opened_as_a_page_leads_to_the_role(client, world):
    role = f"/oppsett/roller/{Role.objects.get(slug='team').uuid}/"
    log_in(client, world.user("municipal_admin"))
    response = client.get(f"{role}endre/")
    assert (response.status_code, response.headers["Location"]) == (302, role)
    log_in(client, world.user("principal"))
    assert client.get(f"{role}endre/").status_code == 403
