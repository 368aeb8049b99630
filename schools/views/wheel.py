"""The year wheel: every task of the school year, and one task at each school."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accessctl.guards import AnyOf, access_of, requires_any
from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from schoolapp.lib.date_field import DateField
from schools.models import SchoolYear
from schools.wheel.actions import DutyError, may_set_due, set_due, take_back, tick_off
from schools.wheel.board import Row, board, current_year, own_rows, owning, owns, role_names
from schools.wheel.duties import Duty, duties, duty_called

# Everybody who works at a school reads its tasks, and those whose roles own tasks have more to do there.
SEEN_BY = (
    Permission.VIEW_PUPIL,
    Permission.VIEW_STAFF,
    Permission.PLAN_YEAR,
    Permission.SET_DEADLINES,
    Permission.DECIDE_SFO,
)


class DueForm(forms.Form):
    frist = DateField(label=gettext_lazy("Ny frist"), widget=forms.DateInput(attrs={"type": "date"}))


def schools_of(user: User) -> list[School]:
    """The schools whose tasks `user` sees: those the user works at, or for."""
    found: dict[int, School] = {}
    for permission in SEEN_BY:
        found |= {school.pk: school for school in School.objects.visible_to(user, permission)}
    return sorted(found.values(), key=lambda school: school.name)


@requires_any(*SEEN_BY)
@require_safe
def wheel(request: SignedInRequest) -> HttpResponse:
    """The tasks of this year, month by month; one's own, or all of those at one's schools."""
    year = current_year()
    schools = schools_of(request.user)
    chosen = [school for school in schools if str(school.uuid) == request.GET.get("skole")] or schools
    mine = {duty.slug for duty in duties() if owning(request.user, duty)}
    shows_all = request.GET.get("vis") == "alle" or not mine
    rows: list[Row] = []
    if year:
        rows = board(year, chosen) if shows_all else own_rows(request.user, year, chosen)
    if request.GET.get("status") == "gjenstar":
        rows = [row for row in rows if not row.is_done]
    context = {
        "year": year,
        "months": by_month(rows, role_names()),
        "schools": schools,
        "school": chosen[0] if len(chosen) < len(schools) else None,
        "shows_all": shows_all,
        "mine": mine,
        "status": request.GET.get("status", ""),
        "remaining": sum(not row.is_done for row in rows),
        "count": len(rows),
    }
    return render(request, "schools/wheel/wheel.html", context)


@requires_any(*SEEN_BY)
@require_http_methods(["GET", "HEAD", "POST"])
def duty(request: SignedInRequest, duty: str) -> HttpResponse:
    """One task at each school: tick off, take back, and move the date."""
    found, year = duty_called(duty), current_year()
    if found is None or year is None:
        raise Http404
    schools = schools_of(request.user)
    form = DueForm(request.POST if request.POST.get("valg") == "frist" else None)
    if request.method == "POST":
        school = chosen_school(found, schools, request.POST.get("skole", ""))
        try:
            said = changed(request, found, year, school, form)
        except DutyError as error:
            form.add_error(None, str(error)) if form.is_bound else messages.error(request, str(error))
            said = "" if form.is_bound else " "
        if said:
            if said.strip():
                messages.success(request, said)
            return redirect("schools:duty", found.slug)
    context = {
        "duty": found,
        "year": year,
        "row": next(iter(board(year, schools, [found])), None),
        "form": form,
        "owners": owners(found, role_names()),
        "place": place(found, request.user),
        "may_tick": {s.pk for s in schools if owns(request.user, found, s)} if not found.progress else set(),
        "may_tick_here": not found.per_school and not found.progress and owns(request.user, found, None),
        "may_move": {s.pk for s in schools if may_set_due(request.user, s)},
        "may_move_all": may_set_due(request.user, None),
    }
    return render(request, "schools/wheel/duty.html", context, status=422 if form.errors else 200)


def changed(request: SignedInRequest, found: Duty, year: SchoolYear, school: School | None, form: DueForm) -> str:
    """Do what the button says, and tell it. Empty when the form has to be filled in again. Raises DutyError."""
    where: dict[str, Any] = {"year": year, "school": school, "by": request.user}
    match request.POST.get("valg"):
        case "gjort":
            tick_off(found, **where)
            return _("Oppgaven er krysset av som gjort.")
        case "angre":
            take_back(found, **where)
            return _("Oppgaven er åpen igjen.")
        case "frist" if form.is_valid():
            set_due(found, due_on=form.cleaned_data["frist"], **where)
            return _("Fristen er endret.")
    return ""


def chosen_school(found: Duty, schools: list[School], uuid: str) -> School | None:
    """The school the form names; none for all. Raises Http404 for one out of reach."""
    if not uuid:
        return None
    school = next((school for school in schools if str(school.uuid) == uuid), None)
    if school is None or not found.per_school:
        raise Http404
    return school


def by_month(rows: list[Row], names: dict[str, str]) -> list[tuple[date, list[tuple[Row, str]]]]:
    """Rows, each with who owns it, under the first of the month they are due in."""
    months: dict[date, list[tuple[Row, str]]] = {}
    for row in rows:
        months.setdefault(row.due.replace(day=1), []).append((row, owners(row.duty, names)))
    return list(months.items())


def owners(found: Duty, names: dict[str, str]) -> str:
    """The roles whose task it is, by the names the municipality gives them."""
    return ", ".join(names.get(slug, slug) for slug in found.owners)


def place(found: Duty, user: User) -> str:
    """The page where the job is done, for those it opens to."""
    try:
        url = reverse(found.url_name) if found.url_name else ""
    except NoReverseMatch:
        return ""
    access = access_of(resolve(url).func) if url else None
    wanted = access.permissions if isinstance(access, AnyOf) else (access,)
    return url if any(isinstance(one, Permission) and user.holds(one) for one in wanted) else ""
