"""One attempt at the PDF of a document that a worker has claimed, and what comes of it."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from documents import render_actions, sealing
from documents.models import Document
from documents.press import press
from documents.render_actions import StoredPdf
from schoolapp.lib.files import store
from schoolapp.lib.pdf.identify import approved_pdf
from schoolapp.lib.pdf.limits import Refusal, RenderFailed

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A stored PDF, or why there is none."""

    pdf: StoredPdf | None = None
    failure: RenderFailed | None = None


def attempt(document: Document) -> Attempt:
    """Print and store under a name of ours. No transaction is open while the PDF is made."""
    try:
        printed, pages = press.print_counted(document.frozen_html)
        pdf = sealing.seal(printed, frozen_html=document.frozen_html)
        puid = approved_pdf(pdf)
        if not puid:
            raise RenderFailed(Refusal.FORMAT)
    except RenderFailed as failure:
        log.warning("document %s gave no PDF: %s", document.uuid, failure.refusal)
        return Attempt(failure=failure)
    try:
        path = store(f"dokumenter/{uuid4()}.pdf", ContentFile(pdf))
    except OSError as error:
        log.error("document %s cannot be stored: %s", document.uuid, error.strerror)
        return Attempt(failure=RenderFailed(Refusal.STORAGE))
    return Attempt(StoredPdf(path, hashlib.sha256(pdf).hexdigest(), len(pdf), puid, pages))


def conclude(attempts: Sequence[tuple[Document, Attempt]]) -> None:
    """Freeze the PDFs, or note why there is none. What is not kept is deleted."""
    for document, made in attempts:
        if made.failure is not None:
            render_actions.fail(document, reason=made.failure.refusal, is_temporary=made.failure.is_temporary)
    printed = [(document, made.pdf) for document, made in attempts if made.pdf is not None]
    kept: set[int] = set()
    try:
        kept = render_actions.complete(printed)
    finally:
        for document, pdf in printed:
            if document.pk not in kept:
                default_storage.delete(pdf.path)
