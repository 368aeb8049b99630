"""The documents tab of a pupil, the page of a document, and starting and correcting one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.permissions import Permission
from archive.models import Delivery
from documents import actions
from documents.forms import NewDocumentForm
from documents.letters import frozen_body
from documents.models import Document
from documents.requests import SignedInRequest
from documents.status import status_of
from students.models import Student
from students.pages import pupil_page

RELATED = ("student__person", "student__school", "school", "document_type", "template__document_type", "delivery")


@requires(Permission.VIEW_DOCUMENT)
@require_safe
def tab(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """All documents about a pupil, the newest version of each."""
    students = Student.objects.visible_to(request.user, Permission.VIEW_DOCUMENT).with_page_data()
    student = open_or_404(request, students, uuid=uuid)
    found = Document.objects.visible_to(request.user).filter(student=student).select_related(*RELATED, "created_by")
    rows = list(found.order_by("-created_at", "-pk")[:200])
    record_list(request.user, "list", rows)
    page = pupil_page(request, student, active="dokumenter", also=[Permission.WRITE_DOCUMENT])
    context = page | {
        "rows": [(document, status_of(document)) for document in rows],
        "may_write": Permission.WRITE_DOCUMENT in page["rights"],
    }
    return render(request, "documents/tab.html", context)


@requires(Permission.WRITE_DOCUMENT)
def new(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Choose what to write. A form sent twice leads to the same draft."""
    students = Student.objects.visible_to(request.user, Permission.WRITE_DOCUMENT).with_page_data()
    student = open_or_404(request, students, uuid=uuid)
    form = NewDocumentForm(student, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            document = actions.start_draft(
                student,
                document_type=form.cleaned_data["document_type"],
                language=form.cleaned_data["language"],
                series=form.series_id,
                by=request.user,
            )
            return redirect("documents:edit", document.uuid)
        except actions.NoTemplate:
            form.add_error("document_type", _("Denne kan ikke skrives nå. Velg en annen målform eller type."))
    context = pupil_page(request, student, active="dokumenter") | {"form": form}
    return render(request, "documents/new.html", context, status=422 if form.is_bound else 200)


def opened(request: SignedInRequest, uuid: UUID, permission: Permission, action: str = "open", **also: str) -> Document:
    """One document the user may read or write, logged. Conditions in `also` narrow what can be opened."""
    rows = Document.objects.visible_to(request.user, permission).filter(**also).select_related(*RELATED)
    return open_or_404(request, rows, action=action, uuid=uuid)


@requires(Permission.VIEW_DOCUMENT)
@require_safe
def page(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A document that is finalised or on its way; a draft leads to the editor for those who may write."""
    document = opened(request, uuid, Permission.VIEW_DOCUMENT)
    frame = pupil_page(request, document.student, active="dokumenter", also=[Permission.WRITE_DOCUMENT])
    may_write = Permission.WRITE_DOCUMENT in frame["rights"]
    if document.state == Document.State.DRAFT and may_write:
        return redirect("documents:edit", document.uuid)
    series = Document.objects.visible_to(request.user).filter(series=document.series).order_by("-version")
    versions = list(series.select_related("delivery", "document_type"))
    newer = next((v for v in versions if v.version > document.version and v.state == Document.State.FINALISED), None)
    context = frame | {
        "document": document,
        "status": status_of(document),
        "body": frozen_body(document),
        "versions": [(version, status_of(version)) for version in versions],
        "newer": newer,
        "attachments": document.attachments.all(),
        "may_mark": may_write and document.state == Document.State.FINALISED and not document.is_sensitive,
        "may_correct": may_write and document.state == Document.State.FINALISED and document.is_newest,
        "receipt": receipt_for(request, document),
    }
    return render(request, "documents/page.html", context)


def receipt_for(request: SignedInRequest, document: Document) -> Delivery | None:
    """The delivery, when the user may see it in the archive log."""
    if document.delivery_id is None or not request.user.holds(Permission.VIEW_ARCHIVE_LOG):
        return None
    return Delivery.objects.visible_to(request.user).filter(pk=document.delivery_id).first()


@requires(Permission.VIEW_DOCUMENT)
@require_safe
def status(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The status line alone, asked for again while the PDF is being made. When it is done the page loads anew."""
    document = opened(request, uuid, Permission.VIEW_DOCUMENT, action="status")
    found = status_of(document)
    response = render(request, "documents/status.html", {"document": document, "status": found})
    if not found.is_moving and request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response


@requires(Permission.WRITE_DOCUMENT)
@require_POST
def correct(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """«Lag rettet versjon»."""
    document = opened(request, uuid, Permission.WRITE_DOCUMENT)
    try:
        draft = actions.correct(document, by=request.user)
    except actions.NotFinalised:
        messages.error(request, _("Dokumentet er ikke ferdigstilt ennå. Rett det direkte."))
        return redirect("documents:page", document.uuid)
    return redirect("documents:edit", draft.uuid)


@requires(Permission.WRITE_DOCUMENT)
@require_POST
def mark_sensitive(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """«Merk som sensitivt», for a document that is written already."""
    document = opened(request, uuid, Permission.WRITE_DOCUMENT)
    actions.mark_sensitive(document, by=request.user)
    messages.success(request, _("Dokumentet er sensitivt nå. Den som skal åpne det, må bekrefte hvem de er."))
    return redirect("documents:tab", document.student.uuid)
