"""What guardians read: finalised letters about their own children."""

from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import render

from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.permissions import Permission
from documents.letters import frozen_body
from documents.models import Document
from documents.requests import SignedInRequest
from documents.views.files import find_attachment, send_attachment, send_pdf

RELATED = ("student__person", "school", "document_type")


def opened(request: SignedInRequest, uuid: UUID, action: str) -> Document:
    rows = Document.objects.visible_to(request.user, Permission.VIEW_OWN_CHILDREN).select_related(*RELATED)
    return open_or_404(request, rows, action=action, uuid=uuid)


@requires(Permission.VIEW_OWN_CHILDREN)
def page(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    document = opened(request, uuid, "open")
    newer = (
        Document.objects.visible_to(request.user, Permission.VIEW_OWN_CHILDREN)
        .filter(series=document.series, version__gt=document.version)
        .order_by("-version")
        .first()
    )
    context = {
        "document": document,
        "body": frozen_body(document),
        "newer": newer,
        "attachments": document.attachments.all(),
    }
    return render(request, "documents/guardian_page.html", context)


@requires(Permission.VIEW_OWN_CHILDREN)
def pdf(request: SignedInRequest, uuid: UUID) -> FileResponse:
    return send_pdf(opened(request, uuid, "download"))


@requires(Permission.VIEW_OWN_CHILDREN)
def attached_file(request: SignedInRequest, uuid: UUID, attachment: UUID) -> FileResponse:
    return send_attachment(*find_attachment(request, opened(request, uuid, "open"), attachment))
