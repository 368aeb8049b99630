"""Protected content opens only for someone who has lately proved who they are; lists say that it is there, not what."""

import json
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from accessctl.actions import give_grant
from accessctl.models import AccessEvent
from accessctl.permissions import Permission
from documents.models import Document, DocumentType
from tests.login import give_reason, grow_old, log_in

pytestmark = pytest.mark.django_db
FAD08_3 = "urn:mace:feide.no:auth:level:fad08:3"


def logged_in(world, who: str, *, minutes: int = 0, **login) -> Client:
    client = Client()
    log_in(client, world.user(who), **login)
    if minutes:
        grow_old(client, minutes)
    return client


@pytest.fixture
def letter(world) -> Document:
    """A finalised letter about «own», of a kind that is sensitive."""
    document, _delivery = world.add_document("own")
    DocumentType.objects.update(sensitivity="sensitive")
    return document


def addresses(document: Document, door: str = "") -> list[str]:
    base = f"{door}/dokumenter/{document.uuid}/"
    attachment = document.attachments.get().uuid
    return [base, f"{base}dokument.pdf", f"{base}vedlegg/{attachment}/"]


def asks(response) -> bool:
    text = response.content.decode() if not response.streaming else ""
    return response.status_code == 403 and "Bekreft med" in text


@pytest.mark.parametrize(("who", "door"), [("contact_teacher", ""), ("guardian", "/foresatt")])
def test_a_sensitive_document_opens_within_a_quarter_of_an_hour_and_not_later(world, letter, who, door):
    paths = addresses(letter, door)
    fresh, stale = logged_in(world, who, minutes=14), logged_in(world, who, minutes=16)
    for path in paths:
        opened = fresh.get(path)
        assert opened.status_code == 200, path
        if opened.streaming:
            opened.getvalue()
        response = stale.get(path)
        assert asks(response), path
        assert "Hei." not in response.content.decode()
        assert f"neste={path.replace('/', '%2F')}" in unescape(response.content.decode())


def test_what_was_not_opened_is_not_logged_as_opened(world, letter):
    logged_in(world, "contact_teacher", minutes=16).get(addresses(letter)[0])
    assert not AccessEvent.objects.filter(object_id=letter.uuid, action="open").exists()


def test_a_document_that_is_not_sensitive_opens_all_day(world):
    document, _delivery = world.add_document("own")
    assert logged_in(world, "contact_teacher", minutes=100).get(addresses(document)[0]).status_code == 200


def test_the_author_may_raise_what_the_type_says_and_not_lower_it(world):
    draft = world.add_draft("own")
    client = logged_in(world, "contact_teacher")
    url = f"/dokumenter/{draft.uuid}/rediger/"
    client.post(url, {"revision": 0, "sensitivity": ["normal", "sensitive"]})
    draft.refresh_from_db()
    assert draft.is_sensitive
    client.post(url, {"revision": draft.revision, "handling": "lagre"})
    draft.refresh_from_db()
    assert draft.is_sensitive, "a form without the choice changes nothing"
    client.post(url, {"revision": draft.revision, "sensitivity": ["normal"]})
    DocumentType.objects.update(sensitivity="sensitive")
    assert Document.objects.get(pk=draft.pk).is_sensitive, "the type says what it is at least"


def test_editor_and_preview_of_a_sensitive_draft_ask(world):
    draft = world.add_draft("own")
    Document.objects.filter(pk=draft.pk).update(sensitivity="sensitive")
    client = logged_in(world, "contact_teacher", minutes=16)
    for path in ("rediger/", "forhandsvisning.pdf", ""):
        assert asks(client.get(f"/dokumenter/{draft.uuid}/{path}", follow=True)), path


def test_who_has_opened_a_draft_may_go_on_writing(world):
    draft = world.add_draft("own")
    Document.objects.filter(pk=draft.pk).update(sensitivity="sensitive")
    client = logged_in(world, "contact_teacher")
    url = f"/dokumenter/{draft.uuid}/rediger/"
    assert client.get(url).status_code == 200
    grow_old(client)
    assert client.post(url, {"revision": 0, "handling": "lagre"}).status_code == 200
    assert asks(client.get(url))
    other = logged_in(world, "contact_teacher", minutes=16)
    assert asks(other.post(url, {"revision": 0, "handling": "lagre"})), "a session that never opened it"


def test_lists_show_that_a_row_is_sensitive_and_only_its_kind(world, letter):
    draft = world.add_draft("own")
    Document.objects.filter(pk=draft.pk).update(title="Om epilepsi", fields={"tema": "anfall i timen"})
    client = logged_in(world, "contact_teacher", minutes=16)
    text = client.get(f"/elever/{world.pupils['own'].uuid}/dokumenter/").content.decode()
    assert "Sensitivt" in text and "Prøvebrev" in text
    assert "epilepsi" not in text and "anfall" not in text
    home = logged_in(world, "guardian", minutes=16).get("/foresatt/").content.decode()
    assert "Sensitivt, ulest" in home


def test_a_finalised_letter_may_still_be_marked_and_never_unmarked(world):
    document, _delivery = world.add_document("own")
    page, guardian = addresses(document)[0], f"/foresatt/dokumenter/{document.uuid}/"
    assert "Merk som sensitivt" in logged_in(world, "contact_teacher").get(page).content.decode()
    assert logged_in(world, "guardian", minutes=16).get(guardian).status_code == 200
    answer = logged_in(world, "contact_teacher").post(f"{page}sensitivt/", follow=True)
    assert "Dokumentet er sensitivt nå" in answer.content.decode()
    assert asks(logged_in(world, "guardian", minutes=16).get(guardian))
    assert "Merk som sensitivt" not in logged_in(world, "contact_teacher").get(page).content.decode()
    assert AccessEvent.objects.filter(object_id=document.uuid, action="mark_sensitive").count() == 1
    for change in ({"sensitivity": "normal"}, {"sensitivity": "sensitive", "title": "Noe annet"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Document.objects.filter(pk=document.pk).update(**change)


@pytest.fixture
def officer(world):
    """A principal who also answers for protected pupils at the school."""
    give_grant(
        world.users["principal"], Permission.SEE_PROTECTED, on=world.school_a, reason="Vernekoordinator", by=None
    )
    return "principal"


def protected_page(world) -> str:
    return f"/elever/{world.pupils['protected'].uuid}/"


def test_a_protected_pupil_asks_for_a_reason_and_the_log_has_it(world, officer):
    client, path = logged_in(world, officer), protected_page(world)
    page = client.get(path)
    assert page.status_code == 403
    text = page.content.decode()
    assert "Hvorfor må du åpne siden?" in text and "Protected" not in text
    given = fields_of(text)
    refused = client.post("/logg-inn/bekreft/", given | {"reason": " "})
    assert refused.status_code == 422
    answered = client.post("/logg-inn/bekreft/", given | {"reason": "Samtale med mor om skoleskyss"})
    assert answered.url == path
    assert client.get(path).status_code == 200
    opened = AccessEvent.objects.get(action="open", about=world.pupils["protected"].uuid)
    assert opened.reason == "Samtale med mor om skoleskyss"
    assert "skoleskyss" not in json.dumps(dict(client.session.items())), "kept encrypted"


def fields_of(html: str) -> dict[str, str]:
    return {
        name: unescape(value)
        for name, value in re.findall(r'type="hidden" name="(neste|hva|om|fra)" value="([^"]*)"', html)
    }


def test_a_reason_serves_one_pupil_only(world, officer):
    client = logged_in(world, officer)
    give_reason(client, world.pupils["own"])
    assert client.get(protected_page(world)).status_code == 403


def test_a_protected_pupil_needs_a_fresh_login_too(world, officer):
    client = logged_in(world, officer, minutes=16)
    give_reason(client, world.pupils["protected"])
    assert asks(client.get(protected_page(world)))


def test_who_may_not_see_protected_pupils_is_asked_nothing(world):
    assert logged_in(world, "contact_teacher").get(protected_page(world)).status_code == 404


def test_the_deep_link_survives_the_whole_way(browser, world):
    """Over real sockets: login, a quarter of an hour, the question, the provider, and back to the very page."""
    document, _delivery = world.add_document("own")
    DocumentType.objects.update(sensitivity="sensitive")
    browser.log_in("guardian")
    grow_old(browser.client)
    path = f"/foresatt/dokumenter/{document.uuid}/?fra=sms"
    page = browser.get(path)
    assert page.status_code == 403
    links = re.findall(r'class="ds-button" href="([^"]+)"', page.content.decode())
    assert len(links) == 1
    start = browser.get(unescape(links[0]))
    assert parse_qs(urlsplit(start.url).query)["prompt"] == ["login"]
    back = browser.get(browser.at_provider(start.url, login_id="guardian"))
    assert back.url == path
    assert browser.get(path).status_code == 200


def test_what_was_typed_survives_too(browser, world):
    draft = world.add_draft("own")
    Document.objects.filter(pk=draft.pk).update(sensitivity="sensitive")
    browser.log_in("contact_teacher")
    browser.get("/elever/")
    grow_old(browser.client)
    url = f"/dokumenter/{draft.uuid}/rediger/"
    page = browser.client.post(url, {"revision": 0, "tema": "Det jeg skrev om saken"})
    start = browser.get(unescape(re.findall(r'class="ds-button" href="([^"]+)"', page.content.decode())[0]))
    back = browser.get(browser.at_provider(start.url, login_id="contact_teacher"))
    assert back.url == "/logg-inn/fortsett/"
    assert "Det jeg skrev om saken" in browser.get(back.url).content.decode()
    resent = browser.client.post("/logg-inn/fortsett/send/")
    assert (resent.status_code, resent.url) == (307, url)


def test_the_reason_goes_along_to_the_provider_and_back(browser, world, officer):
    browser.log_in(officer)
    grow_old(browser.client)
    text = browser.get(protected_page(world)).content.decode()
    answered = browser.client.post("/logg-inn/bekreft/", fields_of(text) | {"reason": "Møte om skolebytte"})
    start = browser.get(answered.url)
    back = browser.get(browser.at_provider(start.url, login_id=officer))
    assert back.url == protected_page(world)
    assert browser.get(back.url).status_code == 200


def test_htmx_is_led_to_the_question_and_back_to_its_page(world, letter):
    client = logged_in(world, "contact_teacher", minutes=16)
    page = f"http://testserver/dokumenter/{letter.uuid}/"
    response = client.get(f"{page}status/", headers={"HX-Request": "true", "HX-Current-URL": page})
    assert response.status_code == 401
    asked = parse_qs(urlsplit(response["HX-Redirect"]).query)
    assert asked["neste"] == [f"/dokumenter/{letter.uuid}/"]
    assert client.get(response["HX-Redirect"]).status_code == 200


def test_staff_with_two_factors_at_feide_confirm_at_feide(world, letter):
    client = logged_in(world, "contact_teacher", minutes=16, provider="feide", acr=FAD08_3)
    assert "Bekreft med Feide" in client.get(addresses(letter)[0]).content.decode()


def test_the_question_leads_to_our_own_pages_only(world):
    client = logged_in(world, "contact_teacher", minutes=16)
    text = client.get("/logg-inn/bekreft/?neste=https://ond.example/&hva=sensitive").content.decode()
    assert text.count("ond.example") == 1, "only in the language form, which goes through the same check"
    assert "neste=%2F" in text


def way_out(text: str) -> str:
    return re.search(r'href="([^"]*)">\s*Avbryt', text)[1]


def test_one_may_turn_back_from_the_question(world, officer, letter):
    """To the page one came from; to the front page when that is the page asked for, another site, or unknown."""
    path = protected_page(world)
    client = logged_in(world, officer)
    for referer, back in {
        "http://testserver/elever/?navn=a": "/elever/?navn=a",
        f"http://testserver{path}": "/",
        "https://ond.example/": "/",
        "": "/",
    }.items():
        text = client.get(path, headers={"referer": referer}).content.decode()
        assert way_out(text) == back, referer
    given = fields_of(client.get(path, headers={"referer": "http://testserver/elever/"}).content.decode())
    assert way_out(client.post("/logg-inn/bekreft/", given | {"reason": " "}).content.decode()) == "/elever/"
    grow_old(client)
    document = addresses(letter)[0]
    text = client.get(document, headers={"referer": "http://testserver/elever/"}).content.decode()
    assert asks(client.get(document)) and way_out(text) == "/elever/"


def test_one_may_turn_back_from_a_question_htmx_led_to(world, letter):
    client = logged_in(world, "contact_teacher", minutes=16)
    path = f"/dokumenter/{letter.uuid}/"
    answered = client.get(
        f"{path}status/", headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{path}"}
    )
    assert way_out(client.get(answered["HX-Redirect"]).content.decode()) == path
    evil = client.get("/logg-inn/bekreft/?neste=/&hva=sensitive&fra=https://ond.example/").content.decode()
    assert way_out(evil) == "/"
