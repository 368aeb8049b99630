"""The editor through HTTP: autosave, stale forms, missing fields, finalising at once, and the PDF preview."""

import io
import re
import threading

import pypdf
import pytest
from celery import current_app
from django.db import connection
from django.test import Client
from django.urls import reverse

from accessctl.models import AccessEvent
from archive.models import Delivery
from documents import actions, tasks
from documents.installing import install_types
from documents.models import Document
from tests.documents.conftest import FILLED, make_draft
from tests.login import log_in
from tests.world import World, build_world

HTMX = {"HX-Request": "true"}
State = Document.State


def url(document: Document, name: str = "edit") -> str:
    return reverse(f"documents:{name}", args=[document.uuid])


def form(document: Document, **changed: str) -> dict[str, str]:
    return {**FILLED, "revision": str(document.revision), **changed}


def test_from_the_pupils_tab_to_a_draft(school: World, browser) -> None:
    client, student = browser("contact_teacher"), school.pupils["own"]
    tab = client.get(reverse("documents:tab", args=[student.uuid]))
    new = reverse("documents:new", args=[student.uuid])
    assert new in tab.content.decode()
    page = client.get(new).content.decode()
    assert "Innkalling til møte på skolen" in page
    series = re.search(r'name="series" value="([^"]+)"', page)
    assert series
    answers = [
        client.post(new, {"document_type": "innkalling-moete", "language": "nb", "series": series[1]}) for _ in range(2)
    ]
    document = Document.objects.get()
    assert [a.headers["Location"] for a in answers] == [url(document)] * 2
    assert AccessEvent.objects.filter(action="create_draft", about=student.uuid).count() == 1


def test_the_written_form_follows_the_pupil(school: World, browser) -> None:
    person = school.pupils["own"].person
    person.written_form = "nn"
    person.save()
    page = browser("contact_teacher").get(reverse("documents:new", args=[school.pupils["own"].uuid])).content.decode()
    assert re.search(r'value="nn"[^>]*checked', page)


def test_no_choice_says_what_to_do(school: World, browser) -> None:
    answer = browser("contact_teacher").post(reverse("documents:new", args=[school.pupils["own"].uuid]), {})
    assert answer.status_code == 422
    assert "Velg et dokument." in answer.content.decode()


def test_autosave_stores_and_shows_the_letter_as_it_will_be(school: World, browser) -> None:
    document = make_draft(school, fields=None)
    answer = browser("contact_teacher").post(url(document), form(document, tema="Skoleveien"), headers=HTMX)
    html = answer.content.decode()
    document.refresh_from_db()
    assert document.fields["tema"] == "Skoleveien"
    assert "Lagret kl." in html
    assert "Møtet handler om: Skoleveien." in html
    assert f'name="revision" id="revision" value="{document.revision}" hx-swap-oob="true"' in html
    assert "<html" not in html


def test_without_javascript_the_buttons_save_and_preview(school: World, browser) -> None:
    document = make_draft(school, fields=None)
    client = browser("contact_teacher")
    for wish in ("lagre", "forhandsvis"):
        document.refresh_from_db()
        html = client.post(url(document), form(document, handling=wish, tema=f"Om {wish}")).content.decode()
        assert f"Møtet handler om: Om {wish}." in html
        assert "Lagret kl." in html


def test_missing_fields_are_marked_in_the_preview(school: World, browser) -> None:
    html = browser("contact_teacher").get(url(make_draft(school, fields={"tema": "x"}))).content.decode()
    assert "<mark>Dato for møtet</mark>" in html
    assert "Dette mangler:" in html


def test_missing_fields_stop_finalising_and_lead_to_the_field(school: World, browser) -> None:
    document = make_draft(school, fields=None)
    answer = browser("contact_teacher").post(url(document), form(document, handling="ferdigstill", sted="", tema=""))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Dette mangler: Sted, Tema." in html
    assert 'href="#id_sted"' in html
    document.refresh_from_db()
    assert (document.state, document.fields["moetedato"]) == (State.DRAFT, "2026-09-14")


UNREADABLE = [
    ("moetedato", "2027-04-31", "Denne datoen finnes ikke."),
    ("moetedato", "0202-09-14", "Skriv en dato mellom 1900 og 2199"),
    ("svarfrist", "i morgen", "Denne datoen finnes ikke."),  # nobody has to fill it in
    ("klokkeslett", "25:99", "Dette klokkeslettet finnes ikke."),
]


def is_in_the_field(html: str, field: str, typed: str) -> bool:
    """Whether it stands in a field that can show it; a browser shows nothing but days in a field for days."""
    [tag] = re.findall(rf'<input[^>]* name="{field}"[^>]*>', html)
    return 'type="text"' in tag and f'value="{typed}"' in tag


@pytest.mark.parametrize(("field", "typed", "told"), UNREADABLE)
def test_what_is_no_day_or_time_is_told_of_and_stays_to_be_mended(
    school: World, browser, field: str, typed: str, told: str
) -> None:
    document, client = make_draft(school, fields=None), browser("contact_teacher")
    for wish, status in (("lagre", 200), ("ferdigstill", 422)):
        document.refresh_from_db()
        answer = client.post(url(document), form(document, handling=wish, **{field: typed}))
        html = answer.content.decode()
        assert answer.status_code == status
        assert told in html and "Dokumentet kan ikke ferdigstilles ennå. Dette mangler" not in html
        assert is_in_the_field(html, field, typed)
        assert "25.99" not in html  # as the letter would have it
    document.refresh_from_db()
    assert document.state == State.DRAFT
    mended = form(document, handling="ferdigstill", moetedato="1.4.2027", klokkeslett="8.30", svarfrist="")
    assert client.post(url(document), mended).status_code == 302
    document.refresh_from_db()
    assert "01.04.2027" in document.frozen_html and "08.30" in document.frozen_html


def test_autosave_takes_corrected_errors_off_the_page_and_leaves_the_others(school: World, browser) -> None:
    document = make_draft(school, fields=FILLED | {"sted": "", "tema": ""})
    client = browser("contact_teacher")
    refused = client.post(url(document), form(document, handling="ferdigstill", sted="", tema="")).content.decode()
    assert re.findall(r'name="feil" value="(\w+)"', refused) == ["sted", "tema"]
    shown = form(document, sted="Rom 1", tema="") | {"feil": ["sted", "tema", "ukjent"]}
    html = client.post(url(document), shown, headers=HTMX).content.decode()
    assert re.findall(r"delete:([^\"]+)", html) == ["[data-error-of=sted]"]
    document.refresh_from_db()
    last = form(document, sted="Rom 1", tema="Trivsel") | {"feil": ["tema"]}
    html = client.post(url(document), last, headers=HTMX).content.decode()
    assert re.findall(r"delete:([^\"]+)", html) == ["[data-error-of=tema]", "#utkast &gt; .ds-error-summary"]


def test_a_stale_form_shows_both_texts_and_the_person_decides(draft: Document, school: World, browser) -> None:
    client = browser("contact_teacher")
    old = form(draft, sted="Gymsalen")
    actions.save_draft(draft, fields={"sted": "Biblioteket"}, revision=draft.revision, by=school.user("principal"))
    for headers in ({}, HTMX):
        answer = client.post(url(draft), old, headers=headers)
        html = answer.content.decode()
        assert "Noen andre har lagret" in html
        assert "Gymsalen" in html
        assert "Biblioteket" in html
        assert Document.objects.get(pk=draft.pk).fields["sted"] == "Biblioteket"
    assert client.post(url(draft), old).status_code == 409
    seen = Document.objects.get(pk=draft.pk).revision
    client.post(url(draft), old | {"sett": str(seen), "handling": "behold"})
    assert Document.objects.get(pk=draft.pk).fields["sted"] == "Gymsalen"


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 40, "²", None])
def test_nonsense_for_a_revision_is_an_old_form(draft: Document, browser, revision: str | None) -> None:
    data = form(draft, sted="Annet") | ({"revision": revision} if revision is not None else {})
    if revision is None:
        del data["revision"]
    assert browser("contact_teacher").post(url(draft), data).status_code == 409


def test_finalising_from_the_form_leads_to_the_page_and_then_the_pdf(
    draft: Document, school: World, browser, django_capture_on_commit_callbacks
) -> None:
    client = browser("contact_teacher")
    answer = client.post(url(draft), form(draft, handling="ferdigstill"))
    assert answer.headers["Location"] == url(draft, "page")
    page = client.get(url(draft, "page")).content.decode()
    assert "PDF-en lages nå" in page
    assert 'hx-trigger="every 2s"' in page
    assert client.get(url(draft, "pdf")).status_code == 404
    moving = client.get(url(draft, "status"), headers=HTMX)
    assert "HX-Refresh" not in moving.headers
    tasks.render(draft.pk)
    assert client.get(url(draft, "status"), headers=HTMX).headers["HX-Refresh"] == "true"
    page = client.get(url(draft, "page")).content.decode()
    assert "Klar" in page
    assert "ID-porten (høyt nivå)" in page
    assert "kontaktlærer" in page
    pdf = client.get(url(draft, "pdf"))
    content = b"".join(pdf.streaming_content)
    assert content.startswith(b"%PDF-1.4")
    assert "attachment" in pdf.headers["Content-Disposition"]
    assert school.pupils["own"].person.family_name not in pdf.headers["Content-Disposition"]
    assert pdf.headers["Cache-Control"] == "private, no-store"
    assert AccessEvent.objects.filter(action="download", object_id=draft.uuid).count() == 1


def test_the_same_click_again_shows_the_result(draft: Document, browser) -> None:
    client = browser("contact_teacher")
    data = form(draft, handling="ferdigstill")
    for _ in range(3):
        assert client.post(url(draft), data).headers["Location"] == url(draft, "page")
    late = client.post(url(draft), form(draft, sted="Sent"), headers=HTMX)
    assert late.headers["HX-Redirect"] == url(draft, "page")
    assert AccessEvent.objects.filter(action="finalise").count() == 1


def test_the_broker_may_be_dead_when_somebody_finalises(
    draft: Document, school: World, settings, django_capture_on_commit_callbacks
) -> None:
    before = current_app.conf.broker_url
    current_app.conf.broker_url = "redis://127.0.0.1:1/0"
    try:
        with django_capture_on_commit_callbacks(execute=True):
            actions.finalise(draft, revision=draft.revision, role="", method="", by=school.user("contact_teacher"))
    finally:
        current_app.conf.broker_url = before
    assert Document.objects.get(pk=draft.pk).state == State.RENDERING


def test_pdf_preview_is_a_marked_draft_and_changes_nothing(draft: Document, browser) -> None:
    answer = browser("contact_teacher").get(url(draft, "preview_pdf"))
    assert answer.status_code == 200
    text = pypdf.PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "Utkast – ikke ferdigstilt" in text
    assert Document.objects.get(pk=draft.pk).state == State.DRAFT


def test_a_draft_too_long_for_a_preview_says_so_in_words(school: World, browser) -> None:
    document = make_draft(school, fields={"innledning": "ord " * 4_900, "saker": "En sak\n" * 150})
    Document.objects.filter(pk=document.pk).update(fields=document.fields | {"innledning": "a\n\n" * 6_000})
    answer = browser("contact_teacher").get(url(document, "preview_pdf"))
    assert answer.status_code in (200, 503)
    if answer.status_code == 503:
        assert "Vi kan ikke vise PDF-en" in answer.content.decode()


def test_a_draft_can_be_thrown_away_but_a_finalised_document_cannot(draft: Document, school: World, browser) -> None:
    client = browser("contact_teacher")
    other = make_draft(school)
    actions.finalise(other, revision=other.revision, role="", method="", by=school.user("contact_teacher"))
    assert client.post(url(other, "delete")).headers["Location"] == url(other, "page")
    assert client.post(url(draft, "delete")).status_code == 302
    assert list(Document.objects.values_list("pk", flat=True)) == [other.pk]


def test_correcting_after_a_refusal_shows_the_archives_words_and_starts_a_new_version(
    draft: Document, school: World, browser
) -> None:
    client = browser("contact_teacher")
    client.post(url(draft), form(draft, handling="ferdigstill"))
    tasks.render(draft.pk)
    Delivery.objects.update(state="parked", failure="refused", failure_text="Tittelen er ugyldig, kode 17")
    page = client.get(url(draft, "page")).content.decode()
    assert "Tittelen er ugyldig, kode 17" in page
    assert "Feilet" in page
    answer = client.post(url(draft, "correct"))
    version = Document.objects.get(version=2)
    assert answer.headers["Location"] == url(version)
    client.post(url(version), form(version, handling="ferdigstill"))
    tasks.render(version.pk)
    tab = client.get(reverse("documents:tab", args=[school.pupils["own"].uuid])).content.decode()
    assert "Erstattet av rettet versjon" in tab


@pytest.mark.parametrize("name", ["page", "edit", "status", "pdf", "preview_pdf"])
@pytest.mark.parametrize(
    ("about", "who"), [("other_class", "contact_teacher"), ("protected", "principal"), ("own", "teacher_b")]
)
def test_others_documents_do_not_exist(school: World, browser, name: str, about: str, who: str) -> None:
    assert browser(who).get(url(make_draft(school, about, by="municipal_admin"), name)).status_code == 404


@pytest.fixture
def committed_world(transactional_db) -> World:
    world = build_world()
    install_types()
    return world


def test_two_people_finalise_at_once_and_one_takes_effect(committed_world: World) -> None:
    world = committed_world
    document = make_draft(world)
    clients = []
    for name in ("contact_teacher", "principal", "school_admin", "municipal_admin"):
        client = Client()
        log_in(client, world.user(name))
        clients.append(client)
    barrier, answers = threading.Barrier(len(clients)), []

    def press(client: Client) -> None:
        barrier.wait()
        answers.append(client.post(url(document), form(document, handling="ferdigstill")))
        connection.close()

    threads = [threading.Thread(target=press, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.headers.get("Location") for answer in answers} == {url(document, "page")}
    assert AccessEvent.objects.filter(action="finalise", object_id=document.uuid).count() == 1
    workers = [threading.Thread(target=lambda: (tasks.render(document.pk), connection.close())) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    document.refresh_from_db()
    assert document.state == State.FINALISED
    assert Delivery.objects.count() == 1
