"""What a worker does with a batch: take some pupils' rows, freeze their letters, print them, keep them.

The rows are the ledger. Whoever takes a row has it for LEASE; what a worker that died leaves behind is taken up by the
next, and the pupil's document, which has the same series every time, says how far it had come.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from accessctl.models import User
from accessctl.permissions import Permission
from documents import actions, render_actions, rendering
from documents.actions import FieldsMissing, NoTemplate
from documents.batch import attachments
from documents.batch.actions import SHARE, Item, State, finish_if_over, locked, ring
from documents.content import Facts, facts_about
from documents.guide import NeedsPaperReason, NeedsReason, choice_of, decide
from documents.merge import TooMuch
from documents.models import Document, DocumentBatch, DocumentBatchItem, TemplateVersion
from documents.preconditions import NotMet
from documents.rendering import Attempt
from documents.signing import roles_of
from schoolapp.lib import clock
from students.models import Student

LEASE = timedelta(minutes=4)
PRINTING_SECONDS = LEASE.total_seconds() / 2
SLICE_SECONDS = 20.0  # then others in the queue have their turn
MOST_ATTEMPTS = 3
PAUSE = timedelta(seconds=10)
OVER_FOR_NOW = frozenset({Item.DRAFT, Item.DONE, Item.FAILED})


def work(batch_id: int) -> None:
    """One worker's turn at a batch. Several may be at it; each letter is made by one."""
    until = time.monotonic() + SLICE_SECONDS
    while time.monotonic() < until:
        items = take(batch_id)
        if not items:
            close(batch_id)
            return
        make(items)
    ring(batch_id)


@transaction.atomic
def take(batch_id: int, most: int = SHARE) -> list[DocumentBatchItem]:
    """The next rows nobody has. Rows whose workers died MOST_ATTEMPTS times have failed."""
    rows = DocumentBatchItem.objects.due().filter(batch=batch_id)
    worn = rows.filter(attempts__gte=MOST_ATTEMPTS).select_for_update(of=("self",), skip_locked=True)
    DocumentBatchItem.objects.filter(pk__in=list(worn.values_list("pk", flat=True))).update(
        state=Item.FAILED, reason="crash", lease_until=None
    )
    fresh = rows.filter(attempts__lt=MOST_ATTEMPTS).order_by("position", "pk")
    fresh = fresh.select_for_update(of=("self",), skip_locked=True)
    ids = list(fresh.values_list("pk", flat=True)[:most])
    DocumentBatchItem.objects.filter(pk__in=ids).update(
        state=Item.TAKEN, attempts=F("attempts") + 1, lease_until=clock.now() + LEASE
    )
    taken = DocumentBatchItem.objects.filter(pk__in=ids).select_related(
        "batch__document_type", "student__person", "student__school__letterhead"
    )
    return list(taken.order_by("position", "pk"))


@transaction.atomic
def close(batch_id: int) -> None:
    batch = DocumentBatch.objects.filter(pk=batch_id, state=State.RUNNING).first()
    if batch is not None:
        finish_if_over(locked(batch))


def make(items: list[DocumentBatchItem]) -> None:
    """Freeze the letters in one transaction, print one by one, and keep them in another.

    What is not printed when half the lease is over is given back for the next turn.
    """
    batch = items[0].batch
    waiting = freeze(batch, items)
    until, printed = time.monotonic() + PRINTING_SECONDS, []
    while waiting and time.monotonic() < until:
        document = waiting.pop(0)
        printed.append((document, rendering.attempt(document)))
    render_actions.give_back(waiting)
    keep(items, printed)


@transaction.atomic
def freeze(batch: DocumentBatch, items: list[DocumentBatchItem]) -> list[Document]:
    """Write each pupil's document; those finalised come back, held by this worker until its lease is over."""
    author = User.objects.get(pk=batch.created_by_id)
    mine = [item.student_id for item in items]
    may = set()
    if author.is_active:
        reached = Student.objects.visible_to(author, Permission.WRITE_DOCUMENT).filter(pk__in=mine)
        may = set(reached.values_list("pk", flat=True))
    settle([item for item in items if item.student_id not in may], Item.FAILED, reason="access")
    facts = facts_about(may)
    written = write(batch, [item for item in items if item.student_id in may], author, facts)
    claimed = (
        render_actions.claim(document.pk) for _item, document in written if document.state == Document.State.RENDERING
    )
    waiting = [document for document in claimed if document is not None]
    drafts = [(item, document) for item, document in written if document.state == Document.State.DRAFT]
    if batch.finalises and drafts:
        waiting += finalise(batch, drafts, author, facts)
    return waiting


Written = tuple[DocumentBatchItem, Document]


def write(batch: DocumentBatch, items: list[DocumentBatchItem], author: User, facts: Facts) -> list[Written]:
    """The pupils' documents, new or as an earlier attempt or the author left them, and the rows that point at them."""
    series = {item.pk: batch.series_of(item.student) for item in items}
    stored = actions.locking().filter(series__in=series.values()).order_by("-version", "pk")
    found = {document.series: document for document in stored}
    current = TemplateVersion.objects.filter(document_type=batch.document_type_id, is_current=True)
    templates = {template.language: template for template in current.select_related("document_type__basis")}
    new = []
    for item in items:
        if series[item.pk] not in found:
            try:
                draft = drafted(batch, item.student, templates, author, facts)
            except NoTemplate:
                settle([item], Item.FAILED, reason="template")
                continue
            new.append(draft)
            found[draft.series] = draft
    actions.keep_drafts(new, by=author)
    attachments.give(batch, new)
    written = [(item, found[series[item.pk]]) for item in items if series[item.pk] in found]
    for item, document in written:
        item.document = document
    DocumentBatchItem.objects.bulk_update([item for item, _document in written], ["document"])
    return written


def drafted(
    batch: DocumentBatch, student: Student, templates: Mapping[str, TemplateVersion], author: User, facts: Facts
) -> Document:
    """The pupil's letter before it is stored. Raises NoTemplate; one that is too long stays a draft."""
    template = templates.get(batch.language or student.person.written_form)
    kind = template.document_type if template else batch.document_type
    draft = actions.blank_draft(
        student, document_type=kind, template=template, by=author, series=batch.series_of(student)
    )
    draft.send_to_archive, draft.sensitivity = batch.send_to_archive, batch.sensitivity
    with suppress(TooMuch):
        actions.fill_in(draft, batch.fields, by=author, facts=facts)
    return draft


def finalise(batch: DocumentBatch, drafts: list[Written], author: User, facts: Facts) -> list[Document]:
    documents = [document for _item, document in drafts]
    known, roles = actions.known_of(documents, facts), roles_of(author, documents)
    frozen = []
    for item, document in drafts:
        keep_choice(batch, document, author)
        try:
            actions.freeze(
                document, role=roles[document.pk], method=batch.method, by=author, known=known, held_for=LEASE
            )
        except FieldsMissing as absent:
            settle([item], Item.FAILED, reason="missing", missing=[str(label) for label in absent.labels])
        except TooMuch:
            settle([item], Item.FAILED, reason="size")
        except NeedsReason:
            settle([item], Item.FAILED, reason="words")
        except NeedsPaperReason:
            settle([item], Item.FAILED, reason="paper")
        except NotMet:
            settle([item], Item.FAILED, reason="precondition")
        else:
            frozen.append(document)
    actions.keep_frozen(frozen, by=author)
    return frozen


def keep_choice(batch: DocumentBatch, document: Document, author: User) -> None:
    """What the author decided about all of them, where they have not decided about this one."""
    if (batch.word_reason or batch.on_paper) and choice_of(document).pk is None:
        decide(
            document,
            by=author,
            word_reason=batch.word_reason,
            on_paper=batch.on_paper,
            paper_reason=batch.paper_reason,
        )


@transaction.atomic
def keep(items: list[DocumentBatchItem], printed: list[tuple[Document, Attempt]]) -> None:
    """Freeze the PDFs, promise them to the archive and the guardians, and say on each row how it went."""
    rendering.conclude(printed)
    stored = Document.objects.filter(pk__in=[item.document_id for item in items if item.document_id])
    found = {pk: (state, error) for pk, state, error in stored.values_list("pk", "state", "render_error")}
    done = []
    for item in items:
        if item.state in OVER_FOR_NOW:
            continue
        state, error = found.get(item.document_id or 0, (Document.State.DRAFT, ""))
        if state == Document.State.FINALISED:
            done.append(item)
        elif state == Document.State.RENDERING:
            # How often that is tried stands on the document.
            settle([item], Item.WAITING, lease_until=clock.now() + PAUSE, attempts=0)
        elif error:
            settle([item], Item.FAILED, reason=error)
        else:
            settle([item], Item.DRAFT)
    settle(done, Item.DONE)


def settle(items: list[DocumentBatchItem], state: str, **fields: object) -> None:
    """Note how it went, unless another worker has taken the rows over meanwhile."""
    for attempts in {item.attempts for item in items}:
        mine = DocumentBatchItem.objects.filter(
            pk__in=[item.pk for item in items if item.attempts == attempts], state=Item.TAKEN, attempts=attempts
        )
        mine.update(**({"lease_until": None} | fields), state=state)
    for item in items:
        item.state = state
