"""From a finalised text to a frozen PDF. A worker claims, prints, then completes or fails; each is its own commit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, prefetch_related_objects

from archive import actions as archive
from archive.models import Delivery
from documents import delivery, dispatch
from documents.actions import locked, locking
from documents.models import Document, VerificationCode
from documents.preconditions import NotMet
from documents.verification import code_of
from schoolapp.lib import clock

State = Document.State
LEASE = timedelta(seconds=90)
MAX_ATTEMPTS = 3
PRINTED = ("state", "pdf", "sha256", "size", "puid", "render_error", "render_lease_until", "delivery")


@dataclass(frozen=True, slots=True)
class StoredPdf:
    """A PDF in storage, and what it is."""

    path: str
    sha256: str
    size: int
    puid: str
    pages: int | None = None


@transaction.atomic
def claim(document_id: int) -> Document | None:
    """Take a waiting document for one attempt; None when there is nothing to do or another worker has it."""
    now = clock.now()
    document = (
        Document.objects.select_for_update(skip_locked=True).filter(pk=document_id, state=State.RENDERING).first()
    )
    if document is None or (document.render_lease_until and document.render_lease_until > now):
        return None
    if document.render_attempts >= MAX_ATTEMPTS:
        back_to_draft(document, reason=document.render_error or "crash")
        return None
    document.render_attempts += 1
    document.render_lease_until = now + LEASE
    document.save(update_fields=["render_attempts", "render_lease_until"])
    return document


def give_back(documents: Iterable[Document]) -> None:
    """Let go of documents that were claimed and not tried."""
    for document in documents:
        mine = Document.objects.filter(pk=document.pk, state=State.RENDERING, render_attempts=document.render_attempts)
        mine.update(render_attempts=F("render_attempts") - 1, render_lease_until=None)


@transaction.atomic
def complete(printed: Sequence[tuple[Document, StoredPdf]]) -> set[int]:
    """Freeze the PDFs and promise them to the archive and to those who receive them, all or nothing.

    Gives the ids of the documents that are final now. Not among them are those that another worker was first with,
    and what may not be archived any more, which is a draft again.
    """
    made = {(document.pk, document.render_attempts): pdf for document, pdf in printed}
    rows = locking().filter(pk__in=[document.pk for document, _pdf in printed], state=State.RENDERING).order_by("pk")
    stored = [row for row in rows if (row.pk, row.render_attempts) in made and may_still_go(row)]
    prefetch_related_objects(stored, "attachments", "sending_choice", "verification")
    for row in stored:
        pdf = made[row.pk, row.render_attempts]
        row.pdf.name = pdf.path
        row.sha256, row.size, row.puid = pdf.sha256, pdf.size, pdf.puid
        row.state, row.render_error, row.render_lease_until = State.FINALISED, "", None
    deliveries = delivery.queue(stored)
    for row in stored:
        row.delivery = deliveries.get(row.pk)
        row.save(update_fields=PRINTED)
        withdraw_earlier(row)
        code_of(row).pages = made[row.pk, row.render_attempts].pages
    VerificationCode.objects.bulk_update([row.verification for row in stored if row.verification.pk], ["pages"])
    dispatch.send(stored)
    return {row.pk for row in stored}


def may_still_go(document: Document) -> bool:
    """Whether what archiving takes is met, as it was when the author finalised. What may not go is a draft again."""
    try:
        delivery.demand_what_archiving_takes(document)
    except NotMet:
        back_to_draft(document, reason="precondition")
        return False
    return True


def withdraw_earlier(document: Document) -> None:
    """A refused earlier version is not to be sent once this one takes its place."""
    if document.is_first:
        return
    signer = document.signed_by
    for earlier in Document.objects.filter(series=document.series, version__lt=document.version).select_related(
        "delivery"
    ):
        refused = earlier.delivery
        if refused is not None and refused.state == Delivery.State.PARKED and signer is not None:
            archive.withdraw(refused, by=signer)


@transaction.atomic
def fail(document: Document, *, reason: str, is_temporary: bool) -> None:
    """Note why there is no PDF. A lasting reason, or the third attempt, makes it a draft again; else it is retried."""
    stored = locked(document)
    if stored.state != State.RENDERING or stored.render_attempts != document.render_attempts:
        return
    if is_temporary and stored.render_attempts < MAX_ATTEMPTS:
        stored.render_error = reason
        stored.render_lease_until = clock.now() + timedelta(seconds=10)
        stored.save(update_fields=["render_error", "render_lease_until"])
        return
    back_to_draft(stored, reason=reason)


def back_to_draft(document: Document, *, reason: str) -> None:
    Document.objects.filter(pk=document.pk).update(
        state=State.DRAFT,
        render_error=reason,
        render_lease_until=None,
        signature={},
        signed_by=None,
        finalised_at=None,
        frozen_html="",
        revision=F("revision") + 1,
    )
