"""The archive's log tells of a sensitive document what kind it is, and nothing more."""

import pytest
from django.test import Client
from django.urls import reverse

from archive.models import Delivery, DeliveryAttempt
from documents.models import Document, DocumentType
from schoolapp.lib import clock
from tests.login import grow_old, log_in

LOG = reverse("archive:log")
TITLE = "Psykisk helse hos eleven"
WORDS = f"Saksbehandler REK er ikke aktiv. Tittel: {TITLE[:18]}"


@pytest.fixture
def delivery(world) -> Delivery:
    _document, made = world.add_document("own")
    Delivery.objects.filter(pk=made.pk).update(title=TITLE)
    return made


@pytest.fixture
def client(world) -> Client:
    client = Client()
    log_in(client, world.user("school_admin"))
    grow_old(client)
    return client


def raise_type() -> None:
    DocumentType.objects.update(sensitivity="sensitive")


def mark_document() -> None:
    Document.objects.update(sensitivity="sensitive")


def park(*rows: Delivery) -> None:
    for row in rows:
        Delivery.objects.filter(pk=row.pk).update(
            state="parked", failure="refused", failure_text=WORDS, attempt=1, claimed_at=clock.now()
        )
        DeliveryAttempt.objects.create(delivery=row, number=1, outcome="refused", receipt=f"<svar>{WORDS}</svar>")


@pytest.mark.parametrize("becomes_sensitive", [raise_type, mark_document])
def test_list_search_and_receipt_show_only_the_kind(delivery, client, becomes_sensitive):
    receipt = reverse("archive:receipt", args=[delivery.uuid])
    assert all(TITLE in client.get(path).content.decode() for path in (LOG, f"{LOG}?sok=psykisk", receipt))
    becomes_sensitive()
    for path in (LOG, receipt):
        text = client.get(path).content.decode()
        assert TITLE not in text and "Prøvebrev" in text and "Sensitivt" in text, path
    found = client.get(LOG, {"sok": "psykisk"})
    assert not found.context["lines"] and found.context["panes"][0].count == 0
    assert "Titler på sensitive dokumenter er ikke med i søket." in found.content.decode()


def test_what_the_archive_answered_takes_a_fresh_login(world, delivery, client):
    _document, other = world.add_document("classmate")
    mark_document()
    park(delivery, other)
    receipt = reverse("archive:receipt", args=[delivery.uuid])
    for path in (f"{LOG}?fane=feilet", receipt):
        text = client.get(path).content.decode()
        assert TITLE[:10] not in text, path
        assert "Saksansvarlig finnes ikke som aktiv bruker" in text and "bytt saksansvarlig" in text.lower(), path
    assert "Bekreft hvem du er" in client.get(receipt).content.decode()
    grow_old(client, 14)
    assert client.get(receipt).content.decode().count(TITLE[:18]) == 2
    assert TITLE[:10] not in client.get(f"{LOG}?fane=feilet").content.decode()


def test_others_keep_their_titles_and_words(world, delivery, client):
    document, other = world.add_document("classmate")
    Document.objects.filter(pk=document.pk).update(sensitivity="sensitive")
    park(delivery, other)
    text = client.get(f"{LOG}?fane=feilet").content.decode()
    assert text.count(TITLE) == 3, "the link, the name of its tick box and that of the link to the document"
    assert text.count(WORDS) == 1


def test_who_sees_no_documents_is_not_shown_the_title_either(world, delivery, django_assert_max_num_queries):
    """The municipality's archive reader: the wall hides the document, and with it that it is sensitive."""
    mark_document()
    client = Client()
    log_in(client, world.user("municipal_admin"))
    with django_assert_max_num_queries(25):
        text = client.get(LOG, {"sok": "brev"}).content.decode()
    assert TITLE not in text
    assert TITLE not in client.get(LOG).content.decode()
