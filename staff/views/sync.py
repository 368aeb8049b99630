"""«Sjekk ansattsynk»: how the last runs went, who was missing, and which school each unit is."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from staff.hr import source, sync
from staff.hr.bell import ring
from staff.hr.overview import Overview, names_shown, refusals_of
from staff.models import MissingEmployee, OrgUnit, SyncRun
from staff.sync_forms import UnitForm

PAGE_SIZE = 50


@requires(Permission.SYNC_STAFF)
@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """The last runs, what waits for somebody, and whether the file is late."""
    runs = SyncRun.objects.visible_to(request.user)
    flags = MissingEmployee.objects.visible_to(request.user).filter(state=MissingEmployee.State.WAITING)
    page = Paginator(runs, 20).get_page(request.GET.get("side"))
    missing = list(flags.select_related("employee__person", "run")[:PAGE_SIZE])
    context = {
        "page": page,
        "kept": "",
        "missing": names_shown(missing, request.user),
        "missing_count": flags.count(),
        "units": OrgUnit.objects.visible_to(request.user).unmapped(),
        "overview": Overview(),
        "is_configured": source.is_configured(),
    }
    return render(request, "staff/sync/overview.html", context)


@requires(Permission.SYNC_STAFF)
@require_POST
def run_now(request: SignedInRequest) -> HttpResponse:
    sync.ask_for_run(by=request.user)
    ring()
    messages.success(request, _("Kjøringen starter om litt. Resultatet kommer øverst i listen."))
    return redirect("staff:sync")


@requires(Permission.SYNC_STAFF)
@require_POST
def accept(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Read a short file in all the same. What it will do stands on the page of the run."""
    found = open_or_404(request, SyncRun.objects.visible_to(request.user), uuid=uuid)
    try:
        queued = sync.accept_file(found, by=request.user)
    except sync.SyncError as error:
        messages.error(request, str(error))
        return redirect("staff:sync_run", found.uuid)
    ring()
    messages.success(request, _("Filen er godtatt og leses inn om litt. Last siden på nytt for å se resultatet."))
    return redirect("staff:sync_run", queued.uuid)


@requires(Permission.SYNC_STAFF)
@require_safe
def run(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One run: counts, refusals with row and reason, and what happened to whom."""
    runs = SyncRun.objects.visible_to(request.user)
    found = open_or_404(request, runs.select_related("by", "accepts"), uuid=uuid)
    lines = found.lines.select_related("employee__person")
    kind = request.GET.get("hva", "")
    kinds = found.lines.values_list("kind").annotate(n=Count("pk")).order_by()
    shown = lines.filter(kind=kind) if kind else lines
    page = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("side"))
    context = {
        "run": found,
        "acceptance": found.acceptances.select_related("by").first(),
        "is_newest": not SyncRun.objects.visible_to(request.user).filter(asked_at__gt=found.asked_at).exists(),
        "refusals": refusals_of(found),
        "page": page,
        "lines": names_shown(list(page), request.user),
        "kinds": dict(kinds),
        "kind": kind,
        "tabs": Overview.tabs(dict(kinds)),
        "kept": f"hva={kind}" if kind in dict(kinds) else "",
    }
    return render(request, "staff/sync/run.html", context)


@requires(Permission.SYNC_STAFF)
def missing(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Somebody who was not in the file: close, or keep. What closing does stands on the page first."""
    rows = MissingEmployee.objects.visible_to(request.user).select_related("employee__person", "run")
    found = open_or_404(request, rows, uuid=uuid)
    choice = request.POST.get("valg")
    if request.method == "POST" and choice in ("avslutt", "behold"):
        try:
            (sync.close_missing if choice == "avslutt" else sync.keep_missing)(found, by=request.user)
        except sync.SyncError as error:
            messages.error(request, str(error))
        else:
            done = _("Tilgangen er avsluttet.") if choice == "avslutt" else _("Den ansatte beholdes som før.")
            messages.success(request, done)
        return redirect("staff:sync")
    (line,) = names_shown([found], request.user)
    return render(request, "staff/sync/missing.html", {"line": line, "flag": found})


@requires(Permission.SYNC_STAFF)
@require_safe
def units(request: SignedInRequest) -> HttpResponse:
    """Which school each unit of HR is."""
    rows = OrgUnit.objects.visible_to(request.user).select_related("school")
    in_use = Q(positions__valid_to__isnull=True)
    page = Paginator(rows.annotate(people=Count("positions", filter=in_use)).order_by("unit_id"), PAGE_SIZE).get_page(
        request.GET.get("side")
    )
    return render(request, "staff/sync/units.html", {"page": page, "kept": ""})


@requires(Permission.SYNC_STAFF)
def unit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    found = open_or_404(request, OrgUnit.objects.visible_to(request.user), uuid=uuid)
    form = UnitForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        sync.set_school(form.save(commit=False), by=request.user)
        messages.success(request, _("Lagret. De som arbeider i enheten, hører til skolen fra nå."))
        return redirect("staff:units")
    people = found.positions.on().values("employee").distinct().count()
    context = {"form": form, "unit": found, "people": people}
    return render(request, "staff/sync/unit.html", context, status=422 if form.errors else 200)
