"""The documents tab of a pupil, the page of a document, and starting and correcting one."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.policy import held
from archive.folders import of_pupil
from archive.models import Delivery
from documents import actions, archive_later, overview, removal
from documents.forms import NewDocumentForm
from documents.letters import frozen_body
from documents.models import Document
from documents.preconditions import NotMet
from documents.requests import SignedInRequest
from schoolapp.lib.whole_number import whole
from students.models import Student
from students.pages import pupil_page

RELATED = (
    "student__person", "student__school", "school__letterhead", "document_type", "template__document_type", "delivery"
)  # fmt: skip
# What the pages offer follows these rights for the pupil.
ASKED = (Permission.WRITE_DOCUMENT, Permission.DELETE_DOCUMENT, Permission.VIEW_GUARDIANS)
MOST, PAGE_SIZE, MOST_TURNS = 400, 50, 30
# How a page that watches a document begins to ask again.
POLLING = {"turn": 0, "most_turns": MOST_TURNS}


@requires(Permission.VIEW_DOCUMENT)
@require_safe
def tab(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """All documents about a pupil with how far they have come, the folder, and where older documents are."""
    students = Student.objects.visible_to(request.user, Permission.VIEW_DOCUMENT).with_page_data()
    student = open_or_404(request, students, uuid=uuid)
    frame = pupil_page(request, student, active="dokumenter", also=ASKED)
    found = Document.objects.visible_to(request.user).filter(student=student).select_related(*RELATED, "created_by")
    documents = list(found.defer("frozen_html").order_by("-created_at", "-pk")[:MOST])
    rows = overview.grouped(overview.versions_of(documents, user=request.user, rights=frame["rights"]))
    form = overview.Filter(request.GET, rows)
    page = Paginator(form.applied_to(rows), PAGE_SIZE).get_page(request.GET.get("side"))
    shown = [version.document for row in page for version in (row.newest, *row.earlier)]
    record_list(request.user, "list", shown)
    context = frame | {
        "page": page,
        "filter": form,
        "has_any": bool(rows),
        "kept": kept_query(request),
        "folder": of_pupil(student.uuid),
        "older": overview.older_sources(student),
        "deleted": removal.deletions_of(student) if Permission.DELETE_DOCUMENT in frame["rights"] else [],
        "may_write": Permission.WRITE_DOCUMENT in frame["rights"],
    }
    return render(request, "documents/tab.html", context)


def kept_query(request: SignedInRequest) -> str:
    """The query string without the page number."""
    kept = request.GET.copy()
    kept.pop("side", None)
    return kept.urlencode()


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
    frame = pupil_page(request, document.student, active="dokumenter", also=ASKED)
    may_write = Permission.WRITE_DOCUMENT in frame["rights"]
    if document.state == Document.State.DRAFT and may_write:
        return redirect("documents:edit", document.uuid)
    series = Document.objects.visible_to(request.user).filter(series=document.series).order_by("-version")
    found = list(series.select_related("delivery", "document_type").defer("frozen_html"))
    versions = overview.versions_of(found, user=request.user, rights=frame["rights"])
    newer = next((v for v in found if v.version > document.version and v.state == Document.State.FINALISED), None)
    is_finalised = document.state == Document.State.FINALISED
    context = frame | {
        "document": document,
        "status": next(v.status for v in versions if v.document.pk == document.pk),
        "body": frozen_body(document),
        "versions": versions,
        "newer": newer,
        "attachments": document.attachments.all(),
        "may_mark": may_write and is_finalised and not document.is_sensitive,
        "may_archive": may_write and archive_later.is_offered(document),
        "may_correct": may_write and is_finalised and document.is_newest,
        "may_delete": Permission.DELETE_DOCUMENT in frame["rights"] and removal.may_ever_go(document),
        "receipt": receipt_for(request, document),
        **POLLING,
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
    """The status line alone, asked for again while something moves by itself. Once it is past, the page loads anew."""
    document = opened(request, uuid, Permission.VIEW_DOCUMENT, action="status")
    rights = held(request.user, ASKED, document.student)
    [version] = overview.versions_of([document], user=request.user, rights=rights)
    turn = whole(request.GET.get("runde", ""), otherwise=MOST_TURNS)
    context = POLLING | {"document": document, "status": version.status, "turn": turn + 1}
    response = render(request, "documents/status.html", context)
    if request.headers.get("HX-Request") and version.status.moving != request.GET.get("venter", "rendering"):
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
def send_to_archive(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """«Send til arkivet», after control, for a document whose author could choose."""
    document = opened(request, uuid, Permission.WRITE_DOCUMENT)
    try:
        archive_later.send(document, by=request.user)
    except NotMet as refusal:
        messages.error(request, str(refusal.sentence))
    except archive_later.NotOffered:
        messages.info(request, _("Dokumentet er alt sendt til arkivet, eller skal ikke dit."))
    else:
        messages.success(request, _("Dokumentet går til arkivet med neste overføring."))
    return redirect("documents:page", document.uuid)


@requires(Permission.WRITE_DOCUMENT)
@require_POST
def mark_sensitive(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """«Merk som sensitivt», for a document that is written already."""
    document = opened(request, uuid, Permission.WRITE_DOCUMENT)
    actions.mark_sensitive(document, by=request.user)
    messages.success(request, _("Dokumentet er sensitivt nå. Den som skal åpne det, må bekrefte hvem de er."))
    return redirect("documents:tab", document.student.uuid)
