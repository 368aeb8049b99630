"""From a finalised text to a frozen PDF. A worker claims, prints, then completes or fails; each is its own commit."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F

from archive import actions as archive
from archive.models import Delivery
from documents import delivery
from documents.actions import locked
from documents.models import Document
from schoolapp.lib import clock

State = Document.State
LEASE = timedelta(seconds=90)
MAX_ATTEMPTS = 3


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


@transaction.atomic
def complete(document: Document, *, path: str, sha256: str, size: int, puid: str) -> bool:
    """Freeze the PDF and promise it to the archive, both or neither. False when another worker was first."""
    stored = locked(document)
    if stored.state != State.RENDERING or stored.render_attempts != document.render_attempts:
        return False
    stored.pdf.name = path
    stored.sha256, stored.size, stored.puid = sha256, size, puid
    stored.state, stored.render_error, stored.render_lease_until = State.FINALISED, "", None
    if delivery.is_for_archive(stored):
        stored.delivery = delivery.queue(stored)
    stored.save()
    withdraw_earlier(stored)
    return True


def withdraw_earlier(document: Document) -> None:
    """A refused earlier version is not to be sent once this one takes its place."""
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
