"""Position planning: over and under for each teacher, and the lessons behind it."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from schools.models import SchoolYear
from staff.models import PlannedLessons
from staff.planning import actions
from staff.planning.forms import LessonsForm, PlanFilter
from staff.planning.overview import candidates, default_stage, plan_for

PLAN = Permission.PLAN_POSITIONS


@requires(PLAN)
@require_safe
def plan(request: SignedInRequest) -> HttpResponse:
    """The plan of one school and year."""
    chosen = chosen_in(request.GET, request)
    context: dict[str, Any] = {"filter": chosen}
    if chosen.school and chosen.year:
        context["plan"] = plan_for(chosen.school, chosen.year, request.user)
        context["kept"] = kept(chosen.school, chosen.year)
        context["is_past"] = chosen.year.state == SchoolYear.State.PAST
        earlier = [year for year in chosen.years.values() if year.starts_on < chosen.year.starts_on]
        context["earlier"] = max(earlier, key=lambda year: year.starts_on, default=None)
    return render(request, "staff/planning/plan.html", context)


@requires(PLAN)
def new(request: SignedInRequest) -> HttpResponse:
    chosen = chosen_in(request.GET, request)
    if chosen.school is None or chosen.year is None:
        raise Http404
    return edit(request, None, chosen.school, chosen.year)


@requires(PLAN)
def lessons(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Change or remove planned teaching."""
    rows = PlannedLessons.objects.visible_to(request.user).shown_to(request.user)
    rows = rows.select_related("school", "school_year", "employee__person")
    row = open_or_404(request, rows, uuid=uuid)
    if request.method == "POST" and request.POST.get("valg") == "slett":
        try:
            actions.remove_lessons(row, by=request.user)
            messages.success(request, _("Undervisningen er tatt ut av planen."))
        except actions.PlanError as error:
            messages.error(request, str(error))
        return back_to(row.school, row.school_year)
    return edit(request, row, row.school, row.school_year)


def edit(request: SignedInRequest, row: PlannedLessons | None, school: School, year: SchoolYear) -> HttpResponse:
    employees = candidates(school, year, request.user)
    data = request.POST if request.method == "POST" else None
    form = LessonsForm(data, employees=employees, stage=default_stage(school), row=row)
    if request.method == "POST" and form.is_valid():
        try:
            actions.plan_lessons(
                row, school=school, year=year, employee=form.employee, values=form.values(), by=request.user
            )
        except actions.PlanError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Planen er lagret."))
            return back_to(school, year)
    context = {"form": form, "row": row, "school": school, "year": year, "kept": kept(school, year)}
    return render(request, "staff/planning/lessons.html", context, status=422 if form.errors else 200)


@requires(PLAN)
@require_POST
def copy(request: SignedInRequest) -> HttpResponse:
    """Begin a year's plan with that of the year before."""
    chosen = chosen_in(request.POST, request)
    school, year = chosen.school, chosen.year
    if school is None or year is None:
        raise Http404
    earlier = [one for one in chosen.years.values() if one.starts_on < year.starts_on]
    source = max(earlier, key=lambda one: one.starts_on, default=None)
    if source is None:
        raise Http404
    try:
        n = actions.copy_year(school, source=source, to=year, by=request.user)
        done = ngettext("%(n)d linje er kopiert.", "%(n)d linjer er kopiert.", n) % {"n": n}
        messages.success(request, done)
    except actions.PlanError as error:
        messages.error(request, str(error))
    return back_to(school, year)


def chosen_in(data: Any, request: SignedInRequest) -> PlanFilter:
    schools = School.objects.visible_to(request.user, PLAN)
    return PlanFilter(data, schools=schools, years=SchoolYear.objects.order_by("-starts_on")[:5])


def kept(school: School, year: SchoolYear) -> str:
    return urlencode({"skole": str(school.uuid), "aar": year.starts_on.year})


def back_to(school: School, year: SchoolYear) -> HttpResponse:
    return redirect(f"{reverse('staff:plan')}?{kept(school, year)}")
