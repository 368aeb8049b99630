"""Screens about classes and groups: which there are, who is in them, and who is responsible."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from accessctl.scope import scope_of
from schools.models import SchoolYear
from staff.models import Employee
from students.actions import StaffingError, end_staffing, may_staff, staff_group
from students.groups.actions import changes_today, may_edit
from students.groups.effect import effect_of
from students.groups.forms import DayForm, GroupFilter, LastDayForm, StaffForm
from students.groups.listing import (
    coming_to,
    employee_named,
    employees_for,
    found_by,
    groups_of_any_year,
    groups_staffed_by,
    lines,
    open_on,
    pupils_in,
    responsible_for,
    schools_edited_by,
    schools_of,
    sees_other_years,
)
from students.groups.when import when
from students.lists.registry import sheets_for
from students.models import Group, GroupStaffing

PAGE_SIZE = 50


@requires(Permission.VIEW_GROUPS)
@require_safe
def groups(request: SignedInRequest) -> HttpResponse:
    """The groups within reach on a day, by default today; with an employee brought along, those they can be put on."""
    user = request.user
    employee = employee_named(request.GET.get("ansatt", ""), user)
    schools = School.objects.visible_to(user, Permission.VIEW_GROUPS)
    found = GroupFilter(request.GET, schools=schools, years=years_shown(user, employee))
    rows = open_on(groups_of_any_year(user), found.when.year, found.when.day)
    if employee:
        rows = groups_staffed_by(user).filter(school__in=schools_of(employee), closed_on__isnull=True)
    page = Paginator(found.found(rows).values_list("pk", flat=True), PAGE_SIZE).get_page(request.GET.get("side"))
    shown = found_by(list(page))
    context = {
        "filter": found,
        "when": found.when,
        "page": page,
        "lines": lines(list(shown), user, found.when.day),
        "shows_school": "skole" in found.fields,
        "employee": employee,
        "kept": kept_query(request),
        "may_edit": schools_edited_by(user).exists() if user.holds(Permission.EDIT_GROUPS) else False,
    }
    return render(request, "students/groups/list.html", context)


def years_shown(user: User, employee: Employee | None) -> QuerySet[SchoolYear]:
    """The school years the list can show; nobody is put on the groups of any but this one."""
    every = sees_other_years(user) and employee is None
    return SchoolYear.objects.all() if every else SchoolYear.objects.filter(state=SchoolYear.State.CURRENT)


def kept_query(request: SignedInRequest) -> str:
    kept = request.GET.copy()
    kept.pop("side", None)
    return kept.urlencode()


@requires(Permission.VIEW_GROUPS)
@require_safe
def group(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One group on a day: the pupils one sees in it (logged), and who is, was and will be responsible."""
    user = request.user
    found = open_or_404(request, groups_of_any_year(user), uuid=uuid)
    asked = DayForm(request.GET)
    shown = when(asked.cleaned_data.get("dag"), {str(found.school_year): found.school_year}, str(found.school_year))
    places = pupils_in(found, user, shown.day)
    coming = coming_to(found, user, shown.day) if shown.is_today else []
    record_list(user, "list", list({row.student_id: row.student for row in [*places, *coming]}.values()))
    context = {
        "group": found,
        "when": shown,
        "day_form": asked,
        "places": places,
        "coming": coming,
        "responsible": responsible_for(found, shown.day),
        "may_staff": may_staff(user, found) and found.school_year.state == SchoolYear.State.CURRENT,
        "may_edit": may_edit(user, found),
    }
    context["may_end"] = context["may_staff"] and shown.is_today
    context["changes"] = changes_today(found) if context["may_edit"] else []
    context["sheets"] = sheets_for(user, found) if shown.is_today else []
    context["sheet_group"] = found
    return render(request, "students/groups/group.html", context)


@requires(Permission.EDIT_GROUPS)
def add(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Choose who becomes responsible, as what and when; see what it opens; save it."""
    found = open_or_404(request, groups_staffed_by(request.user), uuid=uuid)
    employees = employees_for(found).exclude(person__user=request.user)
    form = StaffForm(
        request.POST or None, group=found, employees=employees, initial={"ansatt": request.GET.get("ansatt", "")}
    )
    context: dict[str, Any] = {"group": found, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "students/groups/add.html", context, status=422 if form.errors else 200)
    chosen: dict[str, Any] = {"employee": form.employee, "function": form.function, "by": request.user}
    period: dict[str, Any] = {"valid_from": form.cleaned_data["fra"], "valid_to": form.cleaned_data["til"]}
    try:
        row = staff_group(found, **chosen, **period, is_trial="bekreft" not in request.POST)
    except StaffingError as error:
        form.add_error(None, str(error))
        return render(request, "students/groups/add.html", context, status=422)
    if row is None:
        return preview(request, found, form)
    messages.success(request, _("Ansvaret er lagret. Det virker fra neste klikk, uten ny innlogging."))
    return redirect("groups:group", found.uuid)


def preview(request: SignedInRequest, group: Group, form: StaffForm) -> HttpResponse:
    effect = effect_of(group, form.employee, asker=request.user, start=form.cleaned_data["fra"])
    gives = scope_of(request.user).reach(Permission.GIVE_ROLES).covers_school(group.school_id)
    context = {"group": group, "form": form, "effect": effect, "may_give": gives}
    return render(request, "students/groups/add_preview.html", context)


@requires(Permission.EDIT_GROUPS)
def end(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """End one person's responsibility, now or with a last day."""
    found = open_or_404(request, groups_staffed_by(request.user), uuid=uuid)
    row = chosen_row(found, request.GET.get("ansvar", ""))
    if row is None:
        messages.info(request, _("Velg hvem sitt ansvar du vil avslutte."))
        return redirect("groups:group", found.uuid)
    form = LastDayForm(request.POST if request.POST.get("valg") == "dag" else None, initial={"siste_dag": row.valid_to})
    if request.method == "POST" and (request.POST.get("valg") == "avslutt" or form.is_valid()):
        last_day = form.cleaned_data["siste_dag"] if form.is_bound else None
        try:
            end_staffing(row, by=request.user, last_day=last_day)
        except StaffingError as error:
            form.add_error(None, str(error)) if form.is_bound else messages.error(request, str(error))
        else:
            messages.success(request, _("Siste dag er lagret.") if form.is_bound else _("Ansvaret er avsluttet."))
            return redirect("groups:group", found.uuid)
    context = {"group": found, "row": row, "form": form}
    return render(request, "students/groups/end.html", context, status=422 if form.errors else 200)


def chosen_row(group: Group, key: str) -> GroupStaffing | None:
    """The row, running or to come, that `key` names."""
    responsible = responsible_for(group)
    return next((row for row in responsible["now"] + responsible["coming"] if row.key == key), None)
