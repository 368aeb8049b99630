"""Beginning and writing a letter to many. Every part works without JavaScript."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.login.level import method_name
from accessctl.permissions import Permission
from documents import guide
from documents.batch import actions, recipients
from documents.batch.forms import NewBatchForm
from documents.batch.overview import items_of, sample, template_for, templates_of
from documents.batch.preflight import due, examined
from documents.content import author_values, compose, facts_about, record_values
from documents.forms import AttachmentForm, DraftForm, typed_values
from documents.merge import TooMuch
from documents.models import DocumentBatch, DocumentBatchItem, DocumentType
from documents.requests import SignedInRequest
from students.groups.listing import groups_seen
from students.models import Student

WRITE = Permission.WRITE_DOCUMENT
State = DocumentBatch.State
SHOWN = 30
FORWARD, BACK, REVIEW = "neste", "forrige", "se-over"
LEAVE_OUT, ALONG = "uten", "beskyttet"


def opened(request: SignedInRequest, uuid: UUID, action: str = "open") -> DocumentBatch:
    rows = DocumentBatch.objects.visible_to(request.user).select_related("document_type__basis", "created_by", "school")
    return open_or_404(request, rows, action=action, uuid=uuid)


@requires(WRITE)
@require_safe
def batches(request: SignedInRequest) -> HttpResponse:
    """One's own letters to many, the newest first."""
    rows = DocumentBatch.objects.visible_to(request.user).select_related("document_type")[:SHOWN]
    return render(request, "documents/batch/list.html", {"batches": rows})


@requires(WRITE)
def new(request: SignedInRequest) -> HttpResponse:
    """Choose kind and recipients. A class chosen on its own page, or a school, comes along in the address."""
    schools = list(recipients.schools(request.user))
    wanted = request.GET.get("skole", "")
    school = next((s for s in schools if str(s.uuid) == wanted), schools[0] if schools else None)
    if school is None:
        return render(request, "documents/batch/new.html", {"schools": schools})
    initial = {"recipients": request.GET.get("mottakere", "")}
    form = NewBatchForm(request.user, school, request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        found = recipients.found(request.user, form.cleaned_data["recipients"])
        try:
            batch = actions.make_batch(
                found.students if found else [],
                document_type=form.cleaned_data["type"],
                language=form.cleaned_data["language"],
                label=found.label if found else "",
                by=request.user,
            )
            return redirect("documents:batch_write", batch.uuid)
        except actions.NobodyLeft:
            form.add_error("recipients", _("Det er ingen elever der som du kan skrive om. Velg noe annet."))
        except actions.TooMany:
            form.add_error("recipients", _("Det er for mange på én gang. Velg en skole eller et trinn."))
    context = {"form": form, "schools": schools, "school": school}
    return render(request, "documents/batch/new.html", context, status=422 if form.errors else 200)


@requires(WRITE)
@require_safe
def for_group(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """From the page of a class or group, with it chosen."""
    group = open_or_404(request, groups_seen(request.user), uuid=uuid)
    chosen = urlencode({"skole": str(group.school.uuid), "mottakere": f"gruppe:{group.uuid}"})
    return redirect(f"{reverse('documents:batch_new')}?{chosen}")


@requires(WRITE)
def write(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Write what all letters have in common, seeing it as the letter of one pupil after the other."""
    batch = opened(request, uuid, action="save_draft" if request.method == "POST" else "open")
    return writing(request, batch)


def writing(request: SignedInRequest, batch: DocumentBatch, upload: AttachmentForm | None = None) -> HttpResponse:
    """The page, having kept what was typed, unless it is a file that was sent, and refused, as `upload` tells."""
    if batch.state != State.WRITING:
        return redirect("documents:batch_page", batch.uuid)
    items = items_of(batch, request.user)
    if not items:
        messages.error(request, _("Du har ikke lenger tilgang til noen av elevene."))
        return redirect("documents:batch_page", batch.uuid)
    shown = position(items, request)
    document = letter_to(batch, items[shown])
    if document is None:
        messages.error(request, _("Dokumenttypen har ingen mal nå. Velg en annen."))
        return redirect("documents:batches")
    if request.method == "POST" and upload is None:
        try:
            batch = actions.write_batch(
                batch,
                fields=typed_values(document, request.POST.dict()),
                send_to_archive=wants_archive(request, batch),
                sensitivity=request.POST.get("sensitivity"),
            )
        except actions.BatchError:
            return redirect("documents:batch_page", batch.uuid)
        document = letter_to(batch, items[shown]) or document
        if request.POST.get("handling") == REVIEW and DraftForm(document).is_valid():
            return redirect("documents:batch_review", batch.uuid)
    return editor(request, batch, items, shown, document, upload)


def editor(
    request: SignedInRequest,
    batch: DocumentBatch,
    items: list[DocumentBatchItem],
    shown: int,
    document: Any,
    upload: AttachmentForm | None,
) -> HttpResponse:
    item, form = items[shown], DraftForm(document)
    record_list(request.user, "preview", [item.student])
    is_stopped = upload is not None or (request.POST.get("handling") == REVIEW and bool(form.errors))
    context = {
        "batch": batch,
        "item": item,
        "number": shown + 1,
        "total": len(items),
        "document": None,
        "language": document.language,
        "form": form,
        "letter": composed(request, document),
        "optional": batch.document_type.archive_mode == DocumentType.ArchiveMode.OPTIONAL,
        "saved": request.method == "POST" and upload is None,
        "upload": upload or AttachmentForm(),
    }
    name = "documents/batch/saved.html" if request.headers.get("HX-Request") else "documents/batch/write.html"
    return render(request, name, context, status=422 if is_stopped else 200)


def position(items: list[DocumentBatchItem], request: SignedInRequest) -> int:
    """Which pupil's letter to show: the one shown, or the one before or after, going round."""
    wanted = request.POST.get("elev") or request.GET.get("elev", "")
    at = next((n for n, item in enumerate(items) if str(item.student.uuid) == wanted), 0)
    step = {FORWARD: 1, BACK: -1}.get(request.POST.get("handling", ""), 0)
    return (at + step) % len(items)


def letter_to(batch: DocumentBatch, item: DocumentBatchItem) -> Any:
    """The pupil's letter; for a pupil whose written form has no template the one there is."""
    templates = templates_of(batch)
    template = template_for(batch, item.student, templates) or template_for(batch, None, templates)
    return sample(batch, item.student, template) if template else None


def composed(request: SignedInRequest, document: Any) -> Any:
    slug = document.document_type.slug
    facts = facts_about([document.student.pk])
    values = record_values(document, author=request.user, facts=facts) | author_values(slug, document.fields)
    try:
        return compose(document.template, values)
    except TooMuch:
        return None


def wants_archive(request: SignedInRequest, batch: DocumentBatch) -> bool | None:
    if batch.document_type.archive_mode != DocumentType.ArchiveMode.OPTIONAL:
        return None
    return "send_to_archive" in request.POST


@requires(WRITE)
def review(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Everything that will happen, before it happens; then it begins."""
    batch = opened(request, uuid)
    items = due(batch, items_of(batch, request.user))
    if batch.state == State.RUNNING or (batch.state == State.DONE and not items):
        return redirect("documents:batch_page", batch.uuid)
    if batch.state == State.WRITING and has_what_cannot_be_read(batch, items):
        return redirect("documents:batch_write", batch.uuid)
    if request.method == "POST":
        return begin(request, batch, items)
    return review_page(request, batch, items)


def has_what_cannot_be_read(batch: DocumentBatch, items: list[DocumentBatchItem]) -> bool:
    """Whether a field holds what is no day or time. It is mended where it is written, once for all the letters."""
    letter = letter_to(batch, items[0]) if items else None
    return letter is not None and not DraftForm(letter).is_valid()


def review_page(
    request: SignedInRequest, batch: DocumentBatch, items: list[DocumentBatchItem], problem: str = ""
) -> HttpResponse:
    """Count, channel, cost, archive; who lacks something; who is protected; words and attachments that warn."""
    students = [item.student for item in items]
    record_list(request.user, "list", students)
    found = examined(batch, items, author=request.user)
    drafted = batch.state == State.DONE
    away = chosen_away(request, batch, items)
    coming = [student for student in students if student not in away]
    stopped = {one.student.pk for one in found.stopped}
    for at in found.at_schools.values():
        at.students = [student for student in at.students if student not in away]
    context = {
        "batch": batch,
        "drafted": drafted,
        "found": found,
        "fine": [s for s in students if s.pk not in found.named and (drafted or not s.is_protected)],
        "ready": 0 if found.unwritten else sum(student.pk not in stopped for student in coming),
        "protected": [student for student in students if student.is_protected],
        "left_out": request.POST.getlist(LEAVE_OUT),
        "along": request.POST.getlist(ALONG),
        "sending": guide.line(
            batch.document_type,
            [] if found.unwritten else [student for student in coming if student.pk not in stopped],
            user=request.user,
            on_paper=batch.on_paper,
            archived=batch.send_to_archive,
            sensitive=batch.is_sensitive or bool(found.caution.words),
            people=found.receivers,
        ),
        "may_go_on_paper": guide.may_go_on_paper(batch.document_type),
        "problem": problem,
    }
    return render(request, "documents/batch/review.html", context, status=422 if problem else 200)


def begin(request: SignedInRequest, batch: DocumentBatch, items: list[DocumentBatchItem]) -> HttpResponse:
    """Those ticked are left out; those with address protection come along only when the writer has said so by name."""
    batch = actions.decide(
        batch,
        word_reason=request.POST.get("word_reason", "").strip(),
        paper_reason=request.POST.get("paper_reason", "").strip() if "on_paper" in request.POST else "",
    )
    if "on_paper" in request.POST and not batch.on_paper:
        return review_page(request, batch, items, _("Skriv hvorfor brevene leveres på papir."))
    left_out = chosen_away(request, batch, items)
    finalises = request.POST.get("handling") != "utkast"
    if finalises and not batch.word_reason:
        staying = [item for item in items if item.student not in left_out]
        if examined(batch, staying, author=request.user).caution:
            return review_page(
                request, batch, items, _("Skriv hvorfor brevene kan sendes herfra. Varselet står under.")
            )
    try:
        actions.start(batch, without=left_out, finalises=finalises, method=method_name(request), by=request.user)
    except actions.BatchError:
        messages.error(request, _("Ingenting er laget. Se at noen står igjen, og at dokumenttypen har mal."))
        return redirect("documents:batch_review", batch.uuid)
    return redirect("documents:batch_page", batch.uuid)


def chosen_away(request: SignedInRequest, batch: DocumentBatch, items: list[DocumentBatchItem]) -> list[Student]:
    away, along = set(request.POST.getlist(LEAVE_OUT)), set(request.POST.getlist(ALONG))
    if batch.state == State.WRITING:
        away |= {str(item.student.uuid) for item in items if item.student.is_protected} - along
    return [item.student for item in items if str(item.student.uuid) in away]


@requires(WRITE)
@require_POST
def throw_away(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    batch = opened(request, uuid)
    try:
        drafts = actions.throw_away(batch, by=request.user)
    except actions.BatchError:
        messages.error(request, _("Noen av dokumentene er ferdigstilt. Utsendingen kan ikke kastes."))
        return redirect("documents:batch_page", batch.uuid)
    messages.success(request, _("Utsendingen er kastet, med %(n)d utkast.") % {"n": drafts})
    return redirect("documents:batches")
