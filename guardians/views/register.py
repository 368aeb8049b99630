"""«Folkeregisteret»: the runs, a file to read, and what each run did."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accessctl.audit import open_or_404, record_event
from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from accessctl.scope import scope_of
from guardians.register import ksfiks, lists, work
from guardians.register import run as runs
from guardians.register.forms import FindingFilter, UploadForm
from guardians.register.reading import found_page
from people.models import RegisterImport
from people.register.remarks import sentence

IMPORT, State = Permission.IMPORT_REGISTER, RegisterImport.State
RUNS, ROWS, REMARKS = 10, 50, 100
NUMBERS = {
    "persons": lambda: _("Personer i kilden"),
    "new": lambda: _("Nye personer"),
    "moved": lambda: _("Ny adresse"),
    "renamed": lambda: _("Nytt navn, fødselsdato eller kjønn"),
    "renumbered": lambda: _("Nytt nummer"),
    "protected": lambda: _("Ny eller strengere adressesperre"),
    "lost_protection": lambda: _("Lavere adressesperre"),
    "new_guardian": lambda: _("Nye foresatte"),
    "lost_guardian": lambda: _("Foresatte som faller bort"),
    "dead": lambda: _("Døde"),
    "moved_out": lambda: _("Elever som har flyttet ut"),
}


def opened(request: SignedInRequest, uuid: UUID) -> RegisterImport:
    return open_or_404(request, RegisterImport.objects.visible_to(request.user), uuid=uuid)


@requires(IMPORT)
def overview(request: SignedInRequest, form: UploadForm | None = None) -> HttpResponse:
    """The runs, what waits, and the ways to begin a new one."""
    found = RegisterImport.objects.visible_to(request.user).select_related("started_by")
    context: dict[str, Any] = {
        "page": Paginator(found, RUNS).get_page(request.GET.get("side")),
        "waiting": lists.waiting_counts() if is_everywhere(request) else [],
        "overdue": lists.overdue_days(),
        "form": form or UploadForm(),
        "may_fetch": ksfiks.is_configured(),
        "may_import": is_everywhere(request),
    }
    return render(request, "guardians/register/overview.html", context, status=422 if form else 200)


def is_everywhere(request: SignedInRequest) -> bool:
    """Whether the user's right covers the municipality; over some schools it opens nothing here."""
    return scope_of(request.user).reach(IMPORT).everything


@requires(IMPORT)
@require_POST
def upload(request: SignedInRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid() or not is_everywhere(request):
        return overview(request, form)
    run = work.upload(form.cleaned_data["file"], by=request.user)
    record_event(request.user, "start_register_run", run, what=_("Innlesing fra Folkeregisteret"))
    return redirect("guardians:register_run", run.uuid)


@requires(IMPORT)
def run_page(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """How far the run has come, why it waits, and what it found, one kind at a time."""
    run = opened(request, uuid)
    kinds = lists.counts_of(run)
    first = next((kind["slug"] for kind in kinds if kind["n"]), kinds[0]["slug"])
    chosen = request.GET.get("hva", "")
    kind = chosen if chosen in {k["slug"] for k in kinds} else first
    form = FindingFilter(request.GET)
    page, rows = found_page(request, run=run, kind=kind, **form.chosen())
    context = progress_of(run) | {
        "kinds": kinds,
        "has_findings": run.state in (State.RUNNING, State.DONE) or any(k["n"] for k in kinds),
        "kind": kind,
        "kind_label": next(k["label"] for k in kinds if k["slug"] == kind),
        "filter": form,
        "page": page,
        "rows": rows,
        "kept": form.kept(hva=kind),
        "next": request.get_full_path(),
        "decides": any(row.may_decide for row in rows) and kind != "duplicate",
        "remarks": [(r["record"], sentence(r["code"], r["detail"])) for r in run.remarks[:REMARKS]],
        "remarks_more": max(0, len(run.remarks) - REMARKS),
    }
    return render(request, "guardians/register/run.html", context)


def progress_of(run: RegisterImport) -> dict[str, Any]:
    numbers = [(label(), run.forecast[name]) for name, label in NUMBERS.items() if run.forecast.get(name)]
    stops = [runs.stop_sentence(reason) for reason in run.stop_reasons]
    return {"run": run, "numbers": numbers, "stops": stops}


@requires(IMPORT)
def progress(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The part of the page that follows the run."""
    return render(request, "guardians/register/progress.html", progress_of(opened(request, uuid)))


@requires(IMPORT)
@require_POST
def confirm(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    run = opened(request, uuid)
    if runs.confirm(run, by=request.user):
        work.ring()
        record_event(request.user, "confirm_register_run", run, what=_("Innlesing fra Folkeregisteret"))
        messages.success(request, _("Innlesingen går videre."))
    else:
        messages.error(request, _("Innlesingen venter ikke lenger. Se hvordan den står nedenfor."))
    return redirect("guardians:register_run", run.uuid)


@requires(IMPORT)
@require_POST
def cancel(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    run = opened(request, uuid)
    if runs.cancel(run, by=request.user):
        work.drop_file(run)
        record_event(request.user, "cancel_register_run", run, what=_("Innlesing fra Folkeregisteret"))
        messages.success(request, _("Innlesingen er avbrutt. Det som var skrevet, står."))
    else:
        messages.error(request, _("Innlesingen var allerede avsluttet."))
    return redirect("guardians:register_run", run.uuid)


@requires(IMPORT)
@require_POST
def fetch(request: SignedInRequest) -> HttpResponse:
    """Ask KS Fiks now, about everybody the nightly job asks about."""
    if not ksfiks.is_configured() or not is_everywhere(request):
        messages.error(request, _("Forbindelsen til KS Fiks er ikke satt opp."))
        return redirect("guardians:register")
    run = ksfiks.begin(source=RegisterImport.Source.MANUAL, by=request.user)
    work.ring()
    record_event(request.user, "start_register_run", run, what=_("Innlesing fra Folkeregisteret"))
    return redirect(reverse("guardians:register_run", args=[run.uuid]))
