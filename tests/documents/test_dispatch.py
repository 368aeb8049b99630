"""From the moment a document is frozen, its letters are promised: to those who are marked to receive them, and once."""

import hashlib
from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from hypothesis import given
from hypothesis import strategies as st

from documents import dispatch, render_actions
from documents.models import Document, DocumentType
from guardians.models import GuardianRelation
from messaging import actions as letters
from messaging import words
from messaging.models import Dispatch
from people.models import Person
from schoolapp.lib import clock

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 brev"


def finalised(world, about: str = "own", *, version_of: Document | None = None, **kind) -> Document:
    """A document that becomes finalised the way a worker does it."""
    document = world.add_draft(about)
    DocumentType.objects.filter(pk=document.document_type_id).update(**kind)
    fields = {"state": Document.State.RENDERING, "finalised_at": clock.now(), "render_attempts": 1}
    fields |= {"signed_by": world.users["principal"], "frozen_html": "<main><p>Hei</p></main>"}
    if version_of:
        fields |= {"series": version_of.series, "version": version_of.version + 1}
    Document.objects.filter(pk=document.pk).update(**fields)
    document.refresh_from_db()
    path = default_storage.save(f"dokumenter/{document.uuid}.pdf", ContentFile(PDF))
    proof = hashlib.sha256(PDF).hexdigest()
    pdf = render_actions.StoredPdf(path, proof, len(PDF), "fmt/476")
    assert render_actions.complete([(document, pdf)]) == {document.pk}
    return Document.objects.get(pk=document.pk)


def test_each_receiving_guardian_gets_a_letter_of_their_own(world):
    world.add_guardian("father", "own")
    world.add_guardian("not_receiving", "own", receives_information=False)
    document = finalised(world)
    sendings = dispatch.sendings_of(document)
    assert {s.recipient for s in sendings} == {world.people["guardian"], world.people["father"]}
    assert {str(s.word) for s in sendings} == {"Klar"}
    assert Dispatch.objects.count() == 2


def test_who_has_no_portal_gets_letters_all_the_same(world):
    """A letter takes no portal; where protection has closed it, the letter waits for the officer at sending."""
    GuardianRelation.objects.filter(guardian=world.people["guardian"]).update(portal_enabled=False)
    (sending,) = dispatch.sendings_of(finalised(world))
    assert sending.recipient == world.people["guardian"]


def test_a_pupil_of_age_gets_it_and_the_guardians_do_not(world):
    Person.objects.filter(pk=world.people["own"].pk).update(birth_date=date(clock.today().year - 19, 1, 1))
    (sending,) = dispatch.sendings_of(finalised(world))
    assert sending.recipient == world.people["own"]


@pytest.mark.parametrize(
    "kind", [{"channel": "internal"}, {"channel": "portal"}, {"registry_type": "I"}, {"registry_type": "X"}], ids=str
)
def test_what_does_not_go_by_svarut_is_not_sent(world, kind):
    assert dispatch.sendings_of(finalised(world, **kind)) == []
    assert not Dispatch.objects.exists()


def test_archive_and_letters_are_promised_together(world):
    document = finalised(world)
    assert document.delivery and document.dispatches.count() == 1


def test_titles_and_file_names_tell_neither_whom_nor_what_it_is_about(world):
    document = finalised(world)
    (row,) = Dispatch.objects.all()
    shown = f"{row.title} {[file['name'] for file in row.letter['files']]}"
    assert row.title == "Brev fra Skole A"
    assert world.people["own"].family_name not in shown and document.document_type.name_nb not in shown
    assert [file["name"] for file in row.letter["files"]] == ["Brev fra Skole A.pdf", "Vedlegg 1.pdf"]


def test_a_sensitive_document_is_sent_sealed(world):
    finalised(world, sensitivity="sensitive")
    assert Dispatch.objects.get().is_sensitive


def test_promising_again_does_no_harm(world):
    document = finalised(world)
    dispatch.send([document])
    assert Dispatch.objects.count() == 1


@pytest.mark.parametrize("stopped", [{}, {"state": "parked", "failure": "protected"}])
def test_a_corrected_version_is_a_new_sending_and_takes_back_what_has_not_gone(world, stopped):
    first = finalised(world)
    if stopped:
        Dispatch.objects.update(**stopped)
    second = finalised(world, version_of=first)
    assert dispatch.sendings_of(first) == []
    assert len(dispatch.sendings_of(second)) == 1
    assert list(Dispatch.objects.order_by("pk").values_list("state", flat=True)) == ["withdrawn", "ready"]


def test_a_document_nobody_receives_is_told_of_and_goes_when_somebody_does(world):
    GuardianRelation.objects.filter(guardian=world.people["guardian"]).update(receives_information=False)
    document = finalised(world)
    (sending,) = dispatch.sendings_of(document)
    assert sending.recipient is None and sending.is_failed
    letters.send_again(sending.dispatch, by=world.user("principal"))
    assert dispatch.sendings_of(document)[0].is_failed, "still nobody"
    GuardianRelation.objects.filter(guardian=world.people["guardian"]).update(receives_information=True)
    letters.send_again(sending.dispatch, by=world.user("principal"))
    (sending,) = dispatch.sendings_of(document)
    assert sending.recipient == world.people["guardian"] and not sending.is_failed


@given(st.text(max_size=60))
def test_every_status_has_a_word(status):
    row = Dispatch(state="sent", status=status)
    word, color = words.of(row)
    assert str(word) and color in ("info", "success", "danger", "neutral", "warning")
