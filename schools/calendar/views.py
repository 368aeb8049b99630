"""Screens about school years and the school calendar."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accessctl.audit import open_or_404
from accessctl.guards import requires_any
from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from accessctl.scope import scope_of
from schools.calendar.actions import CalendarError, may_edit, remove_entry, set_entry
from schools.calendar.forms import CalendarFilter, EntryForm
from schools.calendar.listing import entries_for, entries_seen, lines, schools_planned
from schools.models import CalendarEntry, SchoolYear

PAGE_SIZE = 50
RIGHTS = (Permission.PLAN_YEAR, Permission.OPEN_YEAR)


@requires_any(*RIGHTS)
@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """The school years; the days off of one of them, and how many school days each school has then."""
    user, planned = request.user, schools_planned(request.user)
    years = list(SchoolYear.objects.all())
    found = CalendarFilter(request.GET, years=years, schools=planned)
    shown = planned.filter(pk=found.school.pk) if found.school else planned
    page = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("side"))
    entries = list(entries_for(found.year, shown)) if found.year else []
    kept = request.GET.copy()
    kept.pop("side", None)
    context = {
        "years": years,
        "filter": found,
        "year": found.year,
        "page": page,
        "kept": kept.urlencode(),
        "lines": lines(found.year, list(page), entries) if found.year else [],
        "entries": [(entry, may_change(user, entry)) for entry in entries],
        "may_add": found.year and found.year.state != SchoolYear.State.PAST,
        "administers": user.holds(Permission.ADMINISTER),
    }
    return render(request, "schools/calendar/overview.html", context)


def may_change(user: Any, entry: CalendarEntry) -> bool:
    return may_edit(user, entry.school) and entry.school_year.state != SchoolYear.State.PAST


def form_for(request: SignedInRequest, initial: dict[str, Any], schools: QuerySet[School]) -> EntryForm:
    common = may_edit(request.user, None)
    return EntryForm(request.POST or None, initial=initial, schools=schools, common=common)


def schools_edited(request: SignedInRequest) -> QuerySet[School]:
    reach = scope_of(request.user).reach(Permission.PLAN_YEAR)
    return School.objects.all() if reach.everything else School.objects.filter(pk__in=reach.school_ids)


@requires_any(*RIGHTS)
def new(request: SignedInRequest) -> HttpResponse:
    """Days off in the year that the address names, seen in what they leave before they are saved."""
    years = {str(year): year for year in SchoolYear.objects.exclude(state=SchoolYear.State.PAST)}
    year = years.get(request.GET.get("ar", "")) or next(iter(years.values()), None)
    if year is None:
        raise Http404
    form = form_for(request, {}, schools_edited(request))
    entry = CalendarEntry(school_year=year)
    if request.method == "POST" and form.is_valid():
        entry.school = form.school
        return decided(request, entry, form)
    return shown(request, entry, form)


@requires_any(*RIGHTS)
def change(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Another name or other days, or school again on those days."""
    entry = open_or_404(request, entries_seen(request.user), uuid=uuid)
    if not may_change(request.user, entry):
        raise Http404
    own = str(entry.school.uuid) if entry.school else EntryForm.EVERYBODY
    initial = {
        "skole": own,
        "slag": entry.kind,
        "navn": entry.name,
        "fra": entry.first_day,
        "til": entry.last_day,
    }
    form = form_for(request, initial, schools_edited(request))
    del form.fields["skole"]
    if request.method == "POST" and request.POST.get("valg") == "slett":
        remove_entry(entry, by=request.user)
        messages.success(request, _("Dagene er tatt bort. De er skoledager igjen."))
        return back_to(entry)
    if request.method == "POST" and form.is_valid():
        return decided(request, entry, form)
    return shown(request, entry, form)


def decided(request: SignedInRequest, entry: CalendarEntry, form: EntryForm) -> HttpResponse:
    """Refuse with a reason; show what the days leave; or, when that has been seen, save."""
    before = effect(request, entry)
    try:
        set_entry(entry, by=request.user, is_trial="bekreft" not in request.POST, **form.chosen)
    except CalendarError as error:
        form.add_error(None, str(error))
        return shown(request, entry, form)
    if "bekreft" in request.POST:
        messages.success(request, _("Skoleruten er lagret."))
        return back_to(entry)
    after = effect(request, entry, with_entry=True)
    rows = [(line, old.count.days) for line, old in zip(after, before, strict=True)]
    context = {"form": form, "entry": entry, "rows": rows, "year": entry.school_year}
    return render(request, "schools/calendar/preview.html", context)


def effect(request: SignedInRequest, entry: CalendarEntry, *, with_entry: bool = False) -> list[Any]:
    """The count at the schools concerned, at most a page of them, as stored or with the entry as it would be."""
    schools = schools_planned(request.user)
    shown = list(schools.filter(pk=entry.school_id) if entry.school_id else schools[:PAGE_SIZE])
    stored = list(entries_for(entry.school_year, schools))
    standing = [row for row in stored if row.pk != entry.pk] + [entry] if with_entry else stored
    return lines(entry.school_year, shown, standing)


def shown(request: SignedInRequest, entry: CalendarEntry, form: EntryForm) -> HttpResponse:
    context = {"form": form, "entry": entry, "year": entry.school_year}
    return render(request, "schools/calendar/entry.html", context, status=422 if form.errors else 200)


def back_to(entry: CalendarEntry) -> HttpResponse:
    return redirect(f"{reverse('schools:calendar')}?ar={entry.school_year}")
