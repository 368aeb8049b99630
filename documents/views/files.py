"""Sending PDF files out: always checked, logged, never cached, and named without saying about whom."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.permissions import Permission
from documents.content import draft_letter, letter_html
from documents.merge import TooMuch
from documents.models import Attachment, Document
from documents.press import press
from documents.requests import SignedInRequest
from documents.status import REASONS
from documents.uploads import MIME
from documents.views.staff import opened
from schoolapp.lib import clock
from schoolapp.lib.pdf.limits import PREVIEW, RenderFailed

NO_STORE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


def send_pdf(document: Document) -> FileResponse:
    """The frozen file. Raises Http404 while there is none."""
    if document.state != Document.State.FINALISED or document.finalised_at is None:
        raise Http404
    day = document.finalised_at.astimezone(clock.OSLO).date()
    try:
        file = document.pdf.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        file, as_attachment=True, filename=f"dokument-{day}.pdf", content_type="application/pdf", headers=NO_STORE
    )


def send_attachment(attachment: Attachment, position: int) -> FileResponse:
    extension = attachment.path.rpartition(".")[2]
    try:
        file = attachment.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"vedlegg-{position}.{extension}",
        content_type=MIME.get(extension, "application/octet-stream"),
        headers=NO_STORE,
    )


@requires(Permission.VIEW_DOCUMENT)
@require_safe
def pdf(request: SignedInRequest, uuid: UUID) -> FileResponse:
    return send_pdf(opened(request, uuid, Permission.VIEW_DOCUMENT, action="download", state=Document.State.FINALISED))


@requires(Permission.VIEW_DOCUMENT)
@require_safe
def attached_file(request: SignedInRequest, uuid: UUID, attachment: UUID) -> FileResponse:
    document = opened(request, uuid, Permission.VIEW_DOCUMENT, action="open")
    return send_attachment(*find_attachment(request, document, attachment))


def find_attachment(request: SignedInRequest, document: Document, uuid: UUID) -> tuple[Attachment, int]:
    files = document.attachments.all()
    found = open_or_404(request, files, action="download", uuid=uuid)
    return found, files.filter(pk__lte=found.pk).count()


@requires(Permission.WRITE_DOCUMENT)
@require_safe
def preview_pdf(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The draft as PDF, marked as a draft. Made within the request, so with little time and for short letters only."""
    document = opened(request, uuid, Permission.WRITE_DOCUMENT, action="preview", state=Document.State.DRAFT)
    try:
        letter = draft_letter(document, author=request.user)
        html = letter_html(document, letter, signature={}, at=clock.now(), attachments=list(document.attachments.all()))
        content = press.print(html, PREVIEW, wait_seconds=3.0)
    except (TooMuch, RenderFailed) as failure:
        reason = REASONS.get(failure.refusal if isinstance(failure, RenderFailed) else "size", REASONS["crash"])
        context = {"document": document, "reason": reason, "title": _("Vi kan ikke vise PDF-en")}
        return render(request, "documents/no_preview.html", context, status=503)
    headers = {**NO_STORE, "Content-Disposition": 'inline; filename="utkast.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
