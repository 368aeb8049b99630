"""Files that go with a letter to many: judged as for one, stored once, and every pupil's document has them."""

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from documents import actions as single
from documents.batch import actions, attachments
from documents.batch.actions import BatchError
from documents.models import Attachment, Document, DocumentBatch
from documents.uploads import Accepted
from tests.documents.conftest import type_called
from tests.documents.test_attachments import picture, upload
from tests.documents.test_batch import classmates, make, run  # noqa: F401

pytestmark = pytest.mark.django_db
PNG = Accepted(b"bilde", "png", "fmt/12")


@pytest.fixture
def batch(school, classmates) -> DocumentBatch:  # noqa: F811
    return make(school)


def add(school, batch, title="Kart") -> DocumentBatch:
    attachments.attach(batch, file=PNG, title=title, by=school.user("contact_teacher"))
    batch.refresh_from_db()
    return batch


def send(client, batch, **data):
    return client.post(reverse("documents:batch_attach", args=[batch.uuid]), data)


def test_what_is_added_is_shown_and_goes_with_every_letter_from_one_stored_file(school, batch, browser):
    teacher = browser("contact_teacher")
    answer = send(teacher, batch, title="Kart over skolen", file=upload("a.png", picture("PNG")))
    assert answer.status_code == 302
    assert "Kart over skolen" in teacher.get(reverse("documents:batch_write", args=[batch.uuid])).content.decode()
    page = teacher.get(reverse("documents:batch_review", args=[batch.uuid])).content.decode()
    assert "Kart over skolen" in page and "Denne typen har vanligvis ikke vedlegg." in page
    refused = teacher.post(reverse("documents:batch_review", args=[batch.uuid]), {"handling": "ferdigstill"})
    assert refused.status_code == 422
    batch.refresh_from_db()
    run(actions.decide(batch, word_reason="Avtalt", paper_reason=""), school)
    letters = Document.objects.filter(pk__in=batch.items.values("document"), state="finalised")
    assert letters.count() == batch.items.count() >= 3
    assert Attachment.objects.count() == letters.count()
    assert Attachment.objects.values("file", "sha256", "title").distinct().count() == 1
    assert all("Kart over skolen" in letter.frozen_html for letter in letters)


def test_a_file_that_is_refused_leaves_the_batch_as_it_was(school, batch, browser):
    answer = send(browser("contact_teacher"), batch, title="Kart", file=upload("a.png", b"MZ ikke et bilde"))
    assert answer.status_code == 422 and 'id="vedlegg"' in answer.content.decode()
    batch.refresh_from_db()
    assert batch.attachments == []


def test_it_is_frozen_once_the_letters_are_begun(school, batch, browser):
    user = school.user("contact_teacher")
    [file] = add(school, batch).attachments
    run(batch, school, finalises=False)
    with pytest.raises(BatchError):
        attachments.attach(batch, file=PNG, title="For sent", by=user)
    teacher = browser("contact_teacher")
    assert send(teacher, batch, fjern=file["id"]).status_code == 302
    send(teacher, batch, title="For sent", file=upload("a.png", picture("PNG")))
    batch.refresh_from_db()
    assert [each["title"] for each in batch.attachments] == ["Kart"] and default_storage.exists(file["file"])


def test_the_file_lives_as_long_as_anything_points_at_it(school, batch, django_capture_on_commit_callbacks):
    user = school.user("contact_teacher")
    [file] = add(school, batch).attachments
    run(batch, school, finalises=False)
    with django_capture_on_commit_callbacks(execute=True):
        single.detach(Attachment.objects.first(), by=user)
    assert default_storage.exists(file["file"]) and Attachment.objects.count() == batch.items.count() - 1
    with django_capture_on_commit_callbacks(execute=True):
        actions.throw_away(batch, by=user)
    assert not default_storage.exists(file["file"]) and not Attachment.objects.exists()


def test_what_is_taken_out_is_gone(school, batch, browser, django_capture_on_commit_callbacks):
    add(school, batch)
    add(school, batch, "Ukeplan")
    [first, _second] = batch.attachments
    with django_capture_on_commit_callbacks(execute=True):
        send(browser("contact_teacher"), batch, fjern=first["id"])
    batch.refresh_from_db()
    assert [each["title"] for each in batch.attachments] == ["Ukeplan"] and not default_storage.exists(first["file"])


def test_there_is_room_for_as_many_as_in_one_letter(school, batch, monkeypatch, browser):
    monkeypatch.setattr(attachments, "MAX_ATTACHMENTS", 2)
    add(school, batch), add(school, batch)
    answer = send(browser("contact_teacher"), batch, title="Tre", file=upload("a.png", picture("PNG")))
    assert answer.status_code == 422
    batch.refresh_from_db()
    assert len(batch.attachments) == 2


def test_the_kind_that_has_attachments_asks_for_no_reason(school, classmates):  # noqa: F811
    batch = add(school, make(school, document_type=type_called("brev-personopplysninger"), fields={}))
    batch = run(actions.decide(batch, word_reason="", paper_reason=""), school, finalises=False)
    assert batch.items.filter(state="draft").count() == Attachment.objects.count() >= 3


def test_others_find_no_batch_to_add_to(school, batch, browser):
    assert send(browser("school_admin"), batch, title="Kart", file=upload("a.png", picture("PNG"))).status_code == 404
