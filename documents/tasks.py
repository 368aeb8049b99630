"""Celery rings, PostgreSQL knows. A render that is rung twice finds nothing to do the second time."""

import hashlib
import logging
from uuid import uuid4

from celery import shared_task
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Q

from documents import actions, render_actions
from documents.models import Document
from documents.press import press
from schoolapp.lib import clock
from schoolapp.lib.pdf.identify import approved_pdf
from schoolapp.lib.pdf.limits import Refusal, RenderFailed

log = logging.getLogger(__name__)


@shared_task
def render(document_id: int) -> None:
    """Make the PDF of one finalised document. Every end, also this process dying, leaves a row that says so."""
    document = render_actions.claim(document_id)
    if document is None:
        return
    try:
        pdf = press.print(document.frozen_html)
        puid = approved_pdf(pdf)
        if not puid:
            raise RenderFailed(Refusal.FORMAT)
    except RenderFailed as failure:
        log.warning("document %s gave no PDF: %s", document.uuid, failure.refusal)
        render_actions.fail(document, reason=failure.refusal, is_temporary=failure.is_temporary)
        return
    path = default_storage.save(f"dokumenter/{uuid4()}.pdf", ContentFile(pdf))
    kept = False
    try:
        kept = render_actions.complete(
            document, path=path, sha256=hashlib.sha256(pdf).hexdigest(), size=len(pdf), puid=puid
        )
    finally:
        if not kept:
            default_storage.delete(path)


@shared_task
def sweep() -> int:
    """Ring again for documents whose bell was lost or whose worker died. Returns how many."""
    due = Q(render_lease_until=None) | Q(render_lease_until__lte=clock.now())
    waiting = Document.objects.filter(due, state=Document.State.RENDERING).order_by("finalised_at")
    ids = list(waiting.values_list("pk", flat=True)[:200])
    for document_id in ids:
        actions.ring(document_id)
    return len(ids)
