"""Nothing typed is lost when the login runs out before a form is sent."""

import logging
import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from accessctl.login import drafts
from schoolapp.lib import clock
from tests.login import log_in

pytestmark = pytest.mark.django_db
FORM = "/logg-inn/fortsett/send/?side=2"  # any address that takes a form from somebody logged in
TEXT = "Kjære foreldre\nEmil <trenger> støtte & ro."
RESUME = "/logg-inn/?neste=%2Flogg-inn%2Ffortsett%2F"


@pytest.fixture
def lapsed(world) -> Client:
    """The browser of a teacher whose session ran out while the form stood open."""
    client = Client()
    log_in(client, world.user("contact_teacher"))
    client.get("/logg-inn/fortsett/")
    Session.objects.all().delete()
    return client


def hidden_fields(page: str) -> list[tuple[str, str]]:
    page = page[page.index('action="/logg-inn/fortsett/send/"') :].partition("</form>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return [(unescape(name), unescape(value)) for name, value in found if name != "csrfmiddlewaretoken"]


def test_the_text_comes_back_after_login_and_is_sent_on(lapsed, world):
    response = lapsed.post(FORM, {"tekst": TEXT, "valg": ["1", "2"]}, headers={"referer": "http://testserver/elever/"})
    assert response.url == RESUME
    assert "tatt vare på i 30 minutter" in lapsed.get(response.url).content.decode()
    log_in(lapsed, world.user("contact_teacher"))
    page = lapsed.get("/logg-inn/fortsett/").content.decode()
    assert unescape(page).count(TEXT) == 2
    assert hidden_fields(page) == [("tekst", TEXT), ("valg", "1"), ("valg", "2")]
    assert 'href="/elever/"' in page
    sent = lapsed.post("/logg-inn/fortsett/send/", {"tekst": TEXT, "valg": ["1", "2"]})
    assert (sent.status_code, sent["Location"]) == (307, FORM)
    assert lapsed.get("/logg-inn/fortsett/").url == "/"


def test_the_browser_posts_the_same_fields_again(lapsed, world):
    """The address a form goes on to gets the fields, since 307 keeps method and body."""
    lapsed.post(FORM, {"tekst": TEXT})
    log_in(lapsed, world.user("contact_teacher"))
    response = lapsed.post("/logg-inn/fortsett/send/", {"tekst": TEXT}, follow=True)
    assert response.redirect_chain[0] == (FORM, 307)
    assert response.redirect_chain[1] == ("/", 302)


def test_the_text_is_not_readable_in_the_session_table_in_logs_or_addresses(lapsed, caplog):
    caplog.set_level(logging.DEBUG)
    response = lapsed.post(FORM, {"tekst": "hemmelig beskjed"})
    assert "hemmelig" not in response.url and "hemmelig" not in caplog.text
    stored = Session.objects.get().get_decoded()
    assert "draft" in stored and "hemmelig" not in str(stored)


def test_somebody_else_in_the_same_browser_does_not_get_the_text(lapsed, world):
    lapsed.post(FORM, {"tekst": TEXT})
    log_in(lapsed, world.user("guardian"))
    assert lapsed.get("/logg-inn/fortsett/").url == "/"
    log_in(lapsed, world.user("contact_teacher"))
    assert lapsed.get("/logg-inn/fortsett/").url == "/"


def test_a_waiting_draft_is_given_to_its_owner_only(rf, world):
    """The check of the function itself, whatever the login has thrown away before it is asked."""
    request = rf.post(FORM, {"tekst": TEXT})
    request.session, request.user = SessionStore(), world.user("contact_teacher")
    response = HttpResponse()
    drafts.mark_owner(request, response)
    request.COOKIES[drafts.OWNER_COOKIE] = response.cookies[drafts.OWNER_COOKIE].value
    assert drafts.keep(request)
    assert drafts.waiting_for(request).texts == [TEXT]
    for other in ("guardian", "municipal_admin"):
        request.user = world.user(other)
        assert drafts.peek(request) is not None
        assert drafts.waiting_for(request) is None


def test_the_text_is_kept_for_half_an_hour(lapsed, world):
    lapsed.post(FORM, {"tekst": TEXT})
    with time_machine.travel(clock.now() + timedelta(minutes=31), tick=False):
        log_in(lapsed, world.user("contact_teacher"))
        assert lapsed.get("/logg-inn/fortsett/").url == "/"


def test_strangers_cannot_fill_the_session_table(world):
    response = Client().post(FORM, {"tekst": TEXT})
    assert response.url == "/logg-inn/?neste=%2F"
    assert not Session.objects.exists()


def test_a_forged_owner_is_a_stranger(lapsed):
    lapsed.cookies["owner"] = lapsed.cookies["owner"].value[:-1] + "x"
    lapsed.post(FORM, {"tekst": TEXT})
    assert not Session.objects.exists()


def test_logout_forgets_whose_browser_it_was(world):
    client = Client()
    log_in(client, world.user("contact_teacher"))
    client.get("/logg-inn/fortsett/")
    assert client.cookies["owner"]["httponly"] and client.cookies["owner"]["samesite"] == "Lax"
    client.post("/logg-ut/")
    assert client.cookies["owner"].value == ""


def test_files_are_asked_for_again(lapsed, world):
    lapsed.post(FORM, {"tekst": TEXT, "fil": SimpleUploadedFile("a.txt", b"innhold")})
    log_in(lapsed, world.user("contact_teacher"))
    assert "Filer kan vi ikke ta vare på" in lapsed.get("/logg-inn/fortsett/").content.decode()


def test_the_text_can_be_thrown_away(lapsed, world):
    lapsed.post(FORM, {"tekst": TEXT}, headers={"referer": "http://testserver/elever/"})
    log_in(lapsed, world.user("contact_teacher"))
    response = lapsed.post("/logg-inn/fortsett/send/", {"tekst": TEXT, "kast-utkast": "1"})
    assert response.url == "/elever/"
    assert lapsed.get("/logg-inn/fortsett/").url == "/"


def test_htmx_goes_to_login_with_the_text_kept(lapsed):
    response = lapsed.post(FORM, {"tekst": TEXT}, headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert response["HX-Redirect"] == RESUME


@pytest.fixture
def two_tabs(world) -> Client:
    """Logged in again in another tab, which made the token of the first tab's form too old."""
    client = Client(enforce_csrf_checks=True)
    log_in(client, world.user("contact_teacher"))
    client.get("/logg-inn/fortsett/")
    return client


def test_a_token_from_before_the_new_login_does_not_lose_the_text(two_tabs):
    response = two_tabs.post(FORM, {"tekst": TEXT}, headers={"origin": "http://testserver"})
    assert response.url == "/logg-inn/fortsett/"
    assert TEXT in unescape(two_tabs.get(response.url).content.decode())


def test_a_token_that_is_too_old_without_a_login_leads_through_login(two_tabs):
    Session.objects.all().delete()
    response = two_tabs.post(FORM, {"tekst": TEXT}, headers={"origin": "http://testserver"})
    assert response.url == RESUME


@pytest.mark.parametrize("headers", [{}, {"origin": "https://ond.example"}, {"origin": "null"}])
def test_a_form_from_another_site_is_not_kept(two_tabs, headers):
    response = two_tabs.post(FORM, {"tekst": TEXT}, headers=headers)
    assert response.status_code == 403
    assert "draft" not in two_tabs.session
