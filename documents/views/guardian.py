"""What guardians read: finalised letters about their own children."""

from dataclasses import dataclass
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.models import User
from accessctl.permissions import Permission
from documents.letters import frozen_body
from documents.models import Document, DocumentDispatch
from documents.requests import SignedInRequest
from documents.sent import Sending, sending_of
from documents.views.files import find_attachment, send_attachment, send_pdf
from messaging.models import Dispatch

RELATED = ("student__person", "school", "document_type")


def own_letter(document: Document, user: User) -> Sending | None:
    """The letter to the reader themselves. How others' letters have come is not told to guardians and pupils."""
    rows = DocumentDispatch.objects.own(user).filter(document=document).select_related("dispatch", "guardian")
    row = rows.exclude(dispatch__state=Dispatch.State.WITHDRAWN).first()
    return sending_of(row, sees_name=True) if row else None


@dataclass(frozen=True)
class Door:
    """The names of the addresses on one side of the house, so that guardians and pupils share a page."""

    home: str
    page: str
    pdf: str
    attachment: str


DOOR = Door("guardians:home", "documents:guardian_page", "documents:guardian_pdf", "documents:guardian_attachment")


def opened(request: SignedInRequest, uuid: UUID, action: str) -> Document:
    rows = Document.objects.visible_to(request.user, Permission.VIEW_OWN_CHILDREN).select_related(*RELATED)
    return open_or_404(request, rows, action=action, uuid=uuid)


@requires(Permission.VIEW_OWN_CHILDREN)
@require_safe
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
        "door": DOOR,
        "own_letter": own_letter(document, request.user),
    }
    return render(request, "documents/guardian_page.html", context)


@requires(Permission.VIEW_OWN_CHILDREN)
@require_safe
def pdf(request: SignedInRequest, uuid: UUID) -> FileResponse:
    return send_pdf(opened(request, uuid, "download"))


@requires(Permission.VIEW_OWN_CHILDREN)
@require_safe
def attached_file(request: SignedInRequest, uuid: UUID, attachment: UUID) -> FileResponse:
    return send_attachment(*find_attachment(request, opened(request, uuid, "open"), attachment))
