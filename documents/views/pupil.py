"""What pupils of 15 and more read: finalised letters about themselves."""

from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import render

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.permissions import Permission
from documents.letters import frozen_body
from documents.models import Document
from documents.requests import SignedInRequest
from documents.views.files import find_attachment, send_attachment, send_pdf
from documents.views.guardian import RELATED, Door, own_letter

OWN = Permission.VIEW_OWN_RECORD
DOOR = Door("documents:pupil_list", "documents:pupil_page", "documents:pupil_pdf", "documents:pupil_attachment")


def opened(request: SignedInRequest, uuid: UUID, action: str) -> Document:
    rows = Document.objects.visible_to(request.user, OWN).select_related(*RELATED)
    return open_or_404(request, rows, action=action, uuid=uuid)


@requires(OWN)
def own_list(request: SignedInRequest) -> HttpResponse:
    """The newest version of each letter."""
    rows = Document.objects.visible_to(request.user, OWN).newest_finalised().select_related(*RELATED)
    documents = list(rows.order_by("-finalised_at"))
    record_list(request.user, "list", documents)
    return render(request, "documents/pupil_list.html", {"documents": documents})


@requires(OWN)
def page(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    document = opened(request, uuid, "open")
    versions = Document.objects.visible_to(request.user, OWN).filter(series=document.series)
    context = {
        "document": document,
        "body": frozen_body(document),
        "newer": versions.filter(version__gt=document.version).order_by("-version").first(),
        "attachments": document.attachments.all(),
        "door": DOOR,
        "own_letter": own_letter(document, request.user),
    }
    return render(request, "documents/guardian_page.html", context)


@requires(OWN)
def pdf(request: SignedInRequest, uuid: UUID) -> FileResponse:
    return send_pdf(opened(request, uuid, "download"))


@requires(OWN)
def attached_file(request: SignedInRequest, uuid: UUID, attachment: UUID) -> FileResponse:
    return send_attachment(*find_attachment(request, opened(request, uuid, "open"), attachment))
