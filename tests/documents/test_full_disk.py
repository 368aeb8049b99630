"""A disk that is full while a document is made: nothing half done, one line for the operator, and then it is made."""

import logging
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from archive.models import Delivery
from documents import actions, tasks
from documents.batch import actions as batches
from documents.batch import recipients, work
from documents.models import Document, DocumentBatchItem
from documents.press import press
from schoolapp.lib import clock, files
from schoolapp.lib.pdf.limits import Refusal
from tests.documents.conftest import FILLED, make_draft, type_called

ROOM = 1000  # bytes, less than any document


@pytest.fixture(autouse=True)
def printer_at_work() -> None:
    """The processes that print are there; their own room is not what is short."""
    press.print("<p>Prøve</p>")


@contextmanager
def full_disk() -> Iterator[None]:
    """No file grows past ROOM: a write is cut short there and then fails, as on a disk with no more room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def on_disk() -> list[str]:
    return [path.name for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def finalised(school) -> Document:
    draft = make_draft(school)
    author = school.user("contact_teacher")
    actions.finalise(draft, revision=draft.revision, role="kontaktlærer", method="ID-porten", by=author)
    return draft


def lines_of(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def render_again(draft: Document) -> None:
    Document.objects.filter(pk=draft.pk).update(render_lease_until=clock.now())
    tasks.render(draft.pk)
    draft.refresh_from_db()


def test_nothing_is_half_done_and_it_is_made_once_there_is_room(school, caplog):
    draft = finalised(school)
    with full_disk():
        tasks.render(draft.pk)
    draft.refresh_from_db()
    assert (draft.state, draft.pdf.name, draft.sha256) == (Document.State.RENDERING, "", "")
    assert not Delivery.objects.exists() and on_disk() == []
    (line,) = lines_of(caplog)
    assert "cannot be stored" in line and str(draft.uuid) in line and draft.title not in caplog.text
    assert "Traceback" not in caplog.text
    render_again(draft)
    assert draft.state == Document.State.FINALISED
    assert Delivery.objects.get() == draft.delivery
    assert on_disk() == [Path(draft.pdf.name).name]


def test_a_disk_that_stays_full_gives_the_draft_back_with_the_cause(school):
    draft = finalised(school)
    with full_disk():
        for _ in range(3):
            render_again(draft)
    assert (draft.state, draft.render_error) == (Document.State.DRAFT, Refusal.STORAGE)
    assert not Delivery.objects.exists() and on_disk() == []


def test_letters_to_many_wait_for_room_and_are_made_once(school, caplog):
    user = school.user("contact_teacher")
    batch = batches.make_batch(
        recipients.reached(user), document_type=type_called(), language="nb", label="5A", by=user
    )
    batches.start(batches.write_batch(batch, fields=FILLED), finalises=True, method="Feide", by=user)
    with full_disk():
        work.work(batch.pk)
    number = batch.items.count()
    assert number and set(batch.items.values_list("state", flat=True)) == {DocumentBatchItem.State.WAITING}
    assert not Delivery.objects.exists() and on_disk() == []
    assert len(lines_of(caplog)) == number
    Document.objects.update(render_lease_until=clock.now())
    batch.items.update(lease_until=clock.now())
    work.work(batch.pk)
    assert set(batch.items.values_list("state", flat=True)) == {DocumentBatchItem.State.DONE}
    assert Document.objects.filter(state=Document.State.FINALISED).count() == number == Delivery.objects.count()
    assert len(on_disk()) == number


def test_what_is_cut_short_is_not_left_behind(settings):
    with full_disk(), pytest.raises(OSError, match="File too large"):
        files.store("mappe/fil.pdf", ContentFile(b"x" * 2 * ROOM))
    assert on_disk() == []
