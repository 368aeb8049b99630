"""The privacy officer's screens. Each search is itself a line in the log."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import open_or_404, record_act, record_found, record_list, record_pupils
from accessctl.guards import requires
from accessctl.journal import alerts as alerting
from accessctl.journal import changes as history
from accessctl.journal import pupils
from accessctl.journal.folding import FoldedPaginator, alone, read
from accessctl.journal.forms import Assessment, ChangeFilter, FindEmployee, FindPupil, LogFilter
from accessctl.journal.search import as_csv, lines, named, users_called
from accessctl.models import AccessEvent, Alert, ChangeEvent, School, User
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from schoolapp.lib import clock
from schoolapp.lib.paging import LongPaginator

PAGE_SIZE = 50
MOST_EXPORTED = 20_000
# Handbook 8.5: the access log can be searched for two years.
YEARS_KEPT = 2
# The language of the log.
ALERTS = "varsler"


@require_safe
@requires(Permission.VIEW_ACCESS_LOG)
def search(request: SignedInRequest) -> HttpResponse:
    """The log, by pupil, employee, period, action and school."""
    form = log_filter(request)
    pupil = pupil_or_404(request.user, form.pupil)
    rows = form.found(AccessEvent.objects.visible_to(request.user))
    page = paged(request, FoldedPaginator(rows, PAGE_SIZE))
    shown = read(rows, list(page))
    events = [event for one in shown for event in (one.event, *one.members)]
    known = named(request.user, events)
    record_search(request.user, "search_log", form, events, known)
    context = {"filter": form, "page": page, "lines": lines(request.user, shown, known), "pupil": pupil}
    return render(request, "accessctl/journal/search.html", context | finders() | {"kept": kept(request)})


@require_POST
@requires(Permission.VIEW_ACCESS_LOG)
def find(request: SignedInRequest) -> HttpResponse:
    """Find a pupil or an employee by name. The name comes in the body, and the way on is an opaque id."""
    is_pupil = request.POST.get("hva") == "elev"
    form = FindPupil(request.POST) if is_pupil else FindEmployee(request.POST)
    found: Sequence[Any] = []
    if form.is_valid():
        name = form.cleaned_data["navn"]
        if is_pupil:
            found = pupils.source().found(request.user, name, form.cleaned_data["fodselsdato"])
            record_pupils(request.user, "look_up_pupil", (pupil.uuid for pupil in found), what="")
            choices = [(str(pupil.label), {"elev": str(pupil.uuid)}) for pupil in found]
        else:
            choices = [(user.display_name, {"ansatt": user.username}) for user in users_called(request.user, name)]
        links = [(text, f"{reverse('journal:search')}?{urlencode(query)}") for text, query in choices]
        if len(links) == 1:
            return redirect(links[0][1])
        return render(request, "accessctl/journal/find.html", finders() | {"links": links, "is_pupil": is_pupil})
    context = finders() | {"pupil_form" if is_pupil else "employee_form": form, "refused": form}
    return render(request, "accessctl/journal/find.html", context, status=400)


@require_safe
@requires(Permission.VIEW_ACCESS_LOG)
def export(request: SignedInRequest) -> HttpResponse:
    """What the search shows, as a file. The export is logged as such, once per pupil in it."""
    form = log_filter(request)
    pupil_or_404(request.user, form.pupil)
    rows = list(form.found(AccessEvent.objects.visible_to(request.user))[:MOST_EXPORTED])
    known = named(request.user, rows)
    record_search(request.user, "export_log", form, rows, known)
    response = HttpResponse(as_csv(lines(request.user, alone(rows), known)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="innsynslogg.csv"'
    return response


@require_safe
@requires(Permission.VIEW_ACCESS_LOG)
def handout(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One pupil's log in plain sentences, ready to be handed out on request once somebody has read through it."""
    pupil = pupil_or_404(request.user, uuid)
    query = request.GET.copy()
    query["elev"] = str(uuid)
    query.setdefault("fra", clock.years_ago(YEARS_KEPT).isoformat())
    form = LogFilter(query, schools=School.objects.none(), reader=request.user)
    seen = AccessEvent.objects.visible_to(request.user).filter(about=uuid).exclude(action="denied")
    rows = list(form.found(seen)[:MOST_EXPORTED])
    record_act(request.user, "export_log", what=_("utskrift til den det gjelder"), about=uuid)
    context = {"pupil": pupil, "lines": lines(request.user, alone(rows), named(request.user, rows)), "filter": form}
    return render(request, "accessctl/journal/handout.html", context)


@require_safe
@requires(Permission.VIEW_ACCESS_LOG)
def changes(request: SignedInRequest) -> HttpResponse:
    """The change history: of one pupil, or of the registers that are not about persons."""
    form = ChangeFilter(request.GET)
    pupil = pupil_or_404(request.user, form.pupil)
    rows = form.within(ChangeEvent.objects.visible_to(request.user))
    if pupil:
        rows = rows.filter(Q(pupil_id=pupil.pk) | Q(person_id=pupil.person_pk))
    else:
        rows = rows.filter(pupil_id=None, person_id=None)
    if form.chosen.get("register"):
        rows = rows.filter(table_name=form.chosen["register"])
    if form.employee:
        rows = rows.filter(user_id=form.employee.pk)
    page = paged(request, LongPaginator(rows.order_by("-at", "-pk"), PAGE_SIZE))
    record_act(request.user, "search_changes", what=form.chosen.get("register", ""), about=form.pupil)
    shown = history.changes(request.user, list(page), pupil=form.pupil)
    context = {"filter": form, "page": page, "changes": shown, "pupil": pupil, "kept": kept(request)}
    return render(request, "accessctl/journal/changes.html", context | finders())


@require_safe
@requires(Permission.VIEW_ACCESS_LOG)
def alerts(request: SignedInRequest) -> HttpResponse:
    """What waits for an assessment, and what has been assessed."""
    rows = Alert.objects.visible_to(request.user)
    waiting = alerting.open_alerts(request.user)
    kind = request.GET.get("varsel", "")
    if kind in Alert.Kind.values:
        rows = rows.filter(kind=kind)
    page = paged(request, LongPaginator(alerting.grouped(rows), PAGE_SIZE))
    groups = alerting.groups_of(page.object_list)
    abouts = {alert.about for group in groups for alert in group.alerts if alert.about}
    known = pupils.source().named(request.user, abouts)
    record_pupils(request.user, "list", abouts, what=ALERTS)
    shown = [(group, [(alert, label_in(known, alert)) for alert in group.alerts]) for group in groups]
    context = {"groups": shown, "page": page, "form": Assessment(), "kept": kept(request)}
    context |= {"kinds": Alert.Kind.choices, "kind": kind, "waiting": waiting}
    return render(request, "accessctl/journal/alerts.html", context)


@require_POST
@requires(Permission.VIEW_ACCESS_LOG)
def assess(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    alert = open_or_404(request, Alert.objects.visible_to(request.user), action="assess_alert", uuid=uuid)
    form = Assessment(request.POST)
    if form.is_valid():
        assessed = alerting.assess(alert, note=form.cleaned_data["vurdering"], by=request.user)
        record_list(request.user, "assess_alert", [row for row in assessed if row.pk != alert.pk])
        messages.success(request, _("Vurderingen er lagret."))
    else:
        messages.error(request, _("Skriv vurderingen med minst fem tegn, og lagre på nytt."))
    return redirect("journal:alerts")


def log_filter(request: SignedInRequest) -> LogFilter:
    schools = School.objects.visible_to(request.user, Permission.VIEW_ACCESS_LOG)
    return LogFilter(request.GET, schools=schools, reader=request.user)


def record_search(
    user: User, action: str, form: LogFilter, events: Iterable[AccessEvent], known: dict[UUID, pupils.Pupil]
) -> None:
    """The search itself, and that lines about these pupils were seen. The log of a pupil also tells who reads it."""
    shown = (event.about for event in events)
    about, met = form.pupil, tuple(known.values())
    record_found(user, action, what=form.summary(), about=about, shown=shown, known=met)


def pupil_or_404(user: User, uuid: UUID | None) -> pupils.Pupil | None:
    """The pupil of a search. One who does not exist for the user is answered as one who does not exist."""
    if uuid is None:
        return None
    pupil = pupils.source().named(user, [uuid]).get(uuid)
    if pupil is None or not pupil.name:
        raise Http404
    return pupil


def label_in(known: dict[UUID, pupils.Pupil], alert: Alert) -> str:
    return str(known[alert.about].label) if alert.about in known else ""


def finders() -> dict[str, Any]:
    return {"pupil_form": FindPupil(auto_id="elev_%s"), "employee_form": FindEmployee(auto_id="ansatt_%s")}


def paged(request: SignedInRequest, pages: "Paginator[Any]") -> Page[Any]:
    """One page, read at once: the line about the search must not push another out of it."""
    page = pages.get_page(request.GET.get("side"))
    page.object_list = list(page.object_list)
    return page


def kept(request: SignedInRequest) -> str:
    """The filter without the page number, for the links between pages and to the export."""
    query = request.GET.copy()
    query.pop("side", None)
    return query.urlencode()
