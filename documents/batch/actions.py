"""Everything that is done with a letter to many: chosen, written, started, cancelled, tried again, thrown away."""

import logging
from collections.abc import Iterable, Mapping

from celery import current_app
from django.db import transaction
from django.db.models import QuerySet
from kombu.exceptions import OperationalError

from accessctl import wall
from accessctl.audit import record_act
from accessctl.models import User
from documents import actions
from documents.batch import recipients
from documents.guide import may_go_on_paper
from documents.models import Document, DocumentBatch, DocumentBatchItem, DocumentType, Sensitivity, TemplateVersion
from schoolapp.lib import clock
from students.models import Student

log = logging.getLogger(__name__)
State, Item = DocumentBatch.State, DocumentBatchItem.State
TASK = "documents.tasks.work_batch"
SHARE = 16  # letters a worker takes at a time
MOST_BELLS = 8


class BatchError(ValueError):
    """It cannot be done with the batch as it is now."""


class NobodyLeft(BatchError):
    """None of the chosen pupils may be written about by this user."""


class TooMany(BatchError):
    """More pupils than recipients.MOST."""


@transaction.atomic
def make_batch(
    students: Iterable[Student] | QuerySet[Student], *, document_type: DocumentType, language: str, label: str, by: User
) -> DocumentBatch:
    """A batch to be written. Only pupils whom `by` may write about are in it. Raises NobodyLeft, TooMany."""
    chosen = [student.pk for student in students]
    if len(chosen) > recipients.MOST:
        raise TooMany
    rows = recipients.reached(by).filter(pk__in=chosen).order_by(*recipients.IN_ORDER)
    found = list(rows.values_list("pk", "school"))
    if not found:
        raise NobodyLeft
    at = {school for _pk, school in found}
    batch = DocumentBatch.objects.create(
        document_type=document_type,
        language=language,
        school_id=at.pop() if len(at) == 1 else None,
        recipients=label[:120],
        created_by=by,
    )
    DocumentBatchItem.objects.bulk_create(
        [DocumentBatchItem(batch=batch, student_id=pk, position=n) for n, (pk, _school) in enumerate(found, 1)]
    )
    return batch


def locked(batch: DocumentBatch) -> DocumentBatch:
    rows = DocumentBatch.objects.select_for_update(of=("self",)).select_related("document_type", "created_by")
    return rows.get(pk=batch.pk)


@transaction.atomic
def write_batch(
    batch: DocumentBatch,
    *,
    fields: Mapping[str, str],
    send_to_archive: bool | None = None,
    sensitivity: str | None = None,
) -> DocumentBatch:
    """Keep what all letters have in common. Raises BatchError once the letters are begun."""
    stored = locked(batch)
    if stored.state != State.WRITING:
        raise BatchError
    stored.fields = {**stored.fields, **fields}
    if send_to_archive is not None:
        stored.send_to_archive = send_to_archive
    if sensitivity in Sensitivity.values:
        stored.sensitivity = sensitivity
    stored.save(update_fields=["fields", "send_to_archive", "sensitivity"])
    return stored


@transaction.atomic
def decide(batch: DocumentBatch, *, word_reason: str, paper_reason: str) -> DocumentBatch:
    """Keep why the letters go in spite of their words, and why on paper; without a reason they are sent.

    The log says that it was decided when each letter is made, and never why.
    """
    stored = locked(batch)
    stored.word_reason = word_reason[:300] or stored.word_reason
    stored.paper_reason = paper_reason[:300] if may_go_on_paper(stored.document_type) else ""
    stored.on_paper = bool(stored.paper_reason)
    stored.save(update_fields=["word_reason", "paper_reason", "on_paper"])
    return stored


@wall.lifted("a pupil who has gone out of the writer's sight meanwhile is still a part of the batch")
@transaction.atomic
def start(
    batch: DocumentBatch, *, finalises: bool, method: str, by: User, without: Iterable[Student] = ()
) -> DocumentBatch:
    """Let the workers make the letters, finalised or as drafts. Starting it twice is starting it once.

    After drafts, the same batch is started once more to finalise them. Pupils in `without` leave the batch; those who
    have a draft keep it as a draft. Raises BatchError without a template, and when nobody is left.
    """
    stored = locked(batch)
    if stored.state == State.RUNNING or (stored.state == State.DONE and not has_drafts(stored)):
        return stored
    if not TemplateVersion.objects.filter(document_type=stored.document_type, is_current=True).exists():
        raise BatchError
    away = [student.pk for student in without]
    staying = stored.items.filter(state__in=(Item.CHOSEN, Item.DRAFT)).exclude(student__in=away)
    if not staying.update(state=Item.WAITING, reason="", missing=[], attempts=0, lease_until=None):
        raise BatchError
    stored.items.filter(state=Item.CHOSEN).delete()
    set_going(stored, finalises=finalises, method=method)
    record_act(by, "start_batch", what=f"{stored.document_type.name('nb')}"[:120], object_id=stored.uuid)
    return stored


def has_drafts(batch: DocumentBatch) -> bool:
    return batch.items.filter(state=Item.DRAFT).exists()


def set_going(batch: DocumentBatch, *, finalises: bool, method: str) -> None:
    batch.state, batch.finalises, batch.method = State.RUNNING, finalises, method[:120]
    batch.started_at, batch.finished_at, batch.cancelled_at = clock.now(), None, None
    batch.save(update_fields=["state", "finalises", "method", "started_at", "finished_at", "cancelled_at"])
    waiting = batch.items.filter(state=Item.WAITING).count()
    transaction.on_commit(lambda: ring(batch.pk, bells=min(MOST_BELLS, -(-waiting // SHARE))))


def ring(batch_id: int, *, bells: int = 1) -> None:
    """Wake workers. When the broker cannot be reached the sweeper does it later."""
    try:
        for _n in range(bells):
            current_app.send_task(TASK, args=[batch_id], retry=False)
    except (OperationalError, OSError):
        log.warning("the broker cannot be reached; batch %s waits for the sweeper", batch_id)


@wall.lifted("a pupil who has gone out of the writer's sight meanwhile is still a part of the batch")
@transaction.atomic
def cancel(batch: DocumentBatch, *, by: User) -> int:
    """Take back what no worker has begun on; what is done stays. Returns how many letters were taken back.

    Where there are none nothing is cancelled, and the batch ends as it would have ended.
    """
    stored = locked(batch)
    if stored.state != State.RUNNING:
        return 0
    taken_back = stored.items.filter(state=Item.WAITING).update(state=Item.CANCELLED, lease_until=None)
    if not taken_back:
        finish_if_over(stored)
        return 0
    stored.cancelled_at = clock.now()
    stored.save(update_fields=["cancelled_at"])
    record_act(by, "cancel_batch", what=stored.document_type.name("nb")[:120], object_id=stored.uuid)
    finish_if_over(stored)
    return taken_back


def finish_if_over(batch: DocumentBatch) -> bool:
    """Close the batch when nothing is left to do. Call it with the batch locked."""
    if batch.state != State.RUNNING or batch.items.filter(state__in=(Item.WAITING, Item.TAKEN)).exists():
        return False
    batch.state, batch.finished_at = State.DONE, clock.now()
    batch.save(update_fields=["state", "finished_at"])
    return True


@wall.lifted("a pupil who has gone out of the writer's sight meanwhile is still a part of the batch")
@transaction.atomic
def retry(batch: DocumentBatch, *, method: str, by: User) -> int:
    """«Prøv igjen for disse»: those that failed or were cancelled, and no others. Returns how many."""
    stored = locked(batch)
    if stored.state != State.DONE:
        return 0
    again = stored.items.filter(state__in=(Item.FAILED, Item.CANCELLED)).update(
        state=Item.WAITING, reason="", missing=[], attempts=0, lease_until=None
    )
    if again:
        set_going(stored, finalises=stored.finalises, method=method)
        record_act(by, "start_batch", what=stored.document_type.name("nb")[:120], object_id=stored.uuid)
    return again


def may_throw_away(batch: DocumentBatch) -> bool:
    """While nothing in it is more than a draft."""
    begun = batch.items.filter(document__isnull=False).exclude(document__state=Document.State.DRAFT)
    return batch.state != State.RUNNING and not begun.exists()


@wall.lifted("a pupil who has gone out of the writer's sight meanwhile is still a part of the batch")
@transaction.atomic
def throw_away(batch: DocumentBatch, *, by: User) -> int:
    """Undo: the drafts and the batch are gone. Raises BatchError when anything is finalised or on its way."""
    stored = locked(batch)
    if not may_throw_away(stored):
        raise BatchError
    drafts = Document.objects.filter(pk__in=stored.items.values("document")).select_related("student")
    count = 0
    for draft in drafts:
        actions.delete_draft(draft, by=by)
        count += 1
    record_act(by, "throw_away_batch", what=stored.document_type.name("nb")[:120], object_id=stored.uuid)
    names = [each["file"] for each in stored.attachments]
    stored.delete()
    transaction.on_commit(lambda: actions.delete_unused(names))
    return count
