"""«Send til arkivet» for a letter that was finalised without it, where the type leaves the choice to the user."""

import pytest
from django.urls import reverse

from accessctl.models import AccessEvent
from archive.models import Delivery
from documents import actions
from documents.models import Document, DocumentType
from tests.documents.conftest import make_draft
from tests.documents.test_actions import printed

OFFER = "Send til arkivet"
pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(school) -> Document:
    DocumentType.objects.filter(slug="innkalling-moete").update(archive_mode="optional")
    return printed(make_draft(school), by=school.user("contact_teacher"))


def page_of(letter, browser, by="contact_teacher") -> str:
    return browser(by).get(reverse("documents:page", args=[letter.uuid])).content.decode()


def send(letter, browser, by="contact_teacher") -> str:
    url = reverse("documents:send_to_archive", args=[letter.uuid])
    return browser(by).post(url, follow=True).content.decode()


def test_it_goes_with_the_next_run_as_if_it_had_been_chosen_at_once(letter, browser):
    assert letter.delivery_id is None and OFFER in page_of(letter, browser)
    assert "går til arkivet med neste overføring" in send(letter, browser)
    delivery = Delivery.objects.get()
    letter.refresh_from_db()
    assert (letter.delivery, letter.send_to_archive, delivery.state) == (delivery, True, "ready")
    assert delivery.external_key == letter.external_key and delivery.about == letter.student.uuid
    assert AccessEvent.objects.filter(action="archive_later", object_id=letter.uuid).exists()
    assert OFFER not in page_of(letter, browser)


def test_asking_twice_sends_once(letter, browser):
    send(letter, browser)
    assert "alt sendt" in send(letter, browser)
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("mode", ["always", "never"])
def test_it_is_offered_only_where_there_is_a_choice(letter, browser, mode):
    DocumentType.objects.update(archive_mode=mode)
    assert OFFER not in page_of(letter, browser)
    send(letter, browser)
    assert not Delivery.objects.exists()


def test_a_version_that_has_been_replaced_does_not_go(letter, school, browser):
    actions.correct(letter, by=school.user("contact_teacher"))
    assert OFFER not in page_of(letter, browser)
    send(letter, browser)
    assert not Delivery.objects.exists()


def test_what_the_type_asks_first_is_asked_here_too(letter, browser):
    """Summed up per year: «Hele året» (handbook 6.2)."""
    DocumentType.objects.update(precondition="hele-aaret")
    text = send(letter, browser)
    assert "Hele året" in text
    assert not Delivery.objects.exists()
    letter.refresh_from_db()
    assert letter.send_to_archive is False
