"""A letter to many while it is made and afterwards: progress, cancelling, who did not get theirs, the files."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import open_or_404, record_list, record_pupils
from accessctl.guards import requires
from accessctl.login.level import method_name
from accessctl.permissions import Permission
from documents.batch import actions, files
from documents.batch.overview import items_of, progress_of, why
from documents.models import BatchFile, DocumentBatch, DocumentBatchItem
from documents.requests import SignedInRequest
from documents.views.batch import opened
from documents.views.files import NO_STORE

WRITE = Permission.WRITE_DOCUMENT
Item = DocumentBatchItem.State
NOT_MADE = (Item.FAILED, Item.CANCELLED)


@requires(WRITE)
@require_safe
def page(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    batch = opened(request, uuid)
    if batch.state == DocumentBatch.State.WRITING:
        return redirect("documents:batch_write", batch.uuid)
    items = items_of(batch, request.user)
    record_list(request.user, "list", [item.student for item in items])
    jobs: list[BatchFile] = list(BatchFile.objects.visible_to(request.user).filter(batch=batch)[:10])
    context = {
        "batch": batch,
        "progress": progress_of(batch, items),
        "not_made": [(item, why(item)) for item in items if item.state in NOT_MADE],
        "others": [item for item in items if item.state not in NOT_MADE],
        "may_throw_away": actions.may_throw_away(batch),
        "files": jobs,
        "is_making_files": any(job.is_open for job in jobs),
        "kinds": BatchFile.Kind,
    }
    return render(request, "documents/batch/page.html", context)


@requires(WRITE)
@require_safe
def progress(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """How far it has come, asked for again and again; when it is over the page loads anew."""
    batch = opened(request, uuid, action="status")
    context = {"batch": batch, "progress": progress_of(batch, items_of(batch, request.user))}
    response = render(request, "documents/batch/progress.html", context)
    if batch.state != DocumentBatch.State.RUNNING and request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response


@requires(WRITE)
@require_POST
def cancel(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    batch = opened(request, uuid)
    if count := actions.cancel(batch, by=request.user):
        text = ngettext("%(n)d dokument ble ikke laget.", "%(n)d dokumenter ble ikke laget.", count) % {"n": count}
        messages.info(request, _("Avbrutt. Det som var laget, står.") + " " + text)
    elif batch.cancelled_at is None:  # the same press sent twice has had its answer
        messages.info(request, _("Ingenting ble avbrutt. Alle dokumentene var alt laget eller begynt på."))
    return redirect("documents:batch_page", batch.uuid)


@requires(WRITE)
@require_POST
def retry(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    batch = opened(request, uuid)
    actions.retry(batch, method=method_name(request), by=request.user)
    return redirect("documents:batch_page", batch.uuid)


@requires(WRITE)
@require_POST
def ask_file(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    batch = opened(request, uuid)
    kind = request.POST.get("slag", "")
    if batch.state == DocumentBatch.State.RUNNING:
        messages.info(request, _("Filene kan lages når alle brevene er ferdige."))
    elif kind in BatchFile.Kind.values:
        files.ask(batch, kind, by=request.user)
        messages.success(request, _("Filen lages. Den ligger her når den er klar."))
    return redirect("documents:batch_page", batch.uuid)


@requires(WRITE)
@require_safe
def fetch_file(request: SignedInRequest, uuid: UUID, file: UUID) -> HttpResponseBase:
    """The file itself, with a line for everybody in it. Not for somebody who may no longer read every letter in it."""
    batch = opened(request, uuid)
    ready = BatchFile.objects.visible_to(request.user).filter(batch=batch, state=BatchFile.State.DONE)
    job: BatchFile = open_or_404(request, ready.select_related("batch__document_type"), action="download", uuid=file)
    pupils = files.pupils_in(job, request.user)
    if pupils is None:
        messages.error(request, _("Tilgangen din er endret siden filen ble laget. Lag den på nytt."))
        return redirect("documents:batch_page", batch.uuid)
    record_pupils(request.user, "download", pupils, what=batch.document_type.name("nb"))
    suffix = files.SUFFIXES[BatchFile.Kind(job.kind)]
    return FileResponse(
        files.stored(job),
        as_attachment=True,
        filename=f"brev-{job.asked_at:%Y-%m-%d}{suffix}",
        content_type=files.MIME[suffix],
        headers=NO_STORE,
    )
