"""Screens about classes and groups: which there are, who is in them, and who is responsible."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from accessctl.scope import scope_of
from students.actions import StaffingError, end_staffing, may_staff, staff_group
from students.groups.effect import effect_of
from students.groups.forms import GroupFilter, LastDayForm, StaffForm
from students.groups.listing import (
    employee_named,
    employees_for,
    groups_seen,
    groups_staffed_by,
    lines,
    pupils_in,
    responsible_for,
    schools_of,
)
from students.models import Group, GroupStaffing

PAGE_SIZE = 50


@requires(Permission.VIEW_GROUPS)
@require_safe
def groups(request: SignedInRequest) -> HttpResponse:
    """This year's groups within reach; with an employee brought along, those they can be put on."""
    employee = employee_named(request.GET.get("ansatt", ""), request.user)
    rows = groups_seen(request.user)
    if employee:
        rows = groups_staffed_by(request.user).filter(school__in=schools_of(employee))
    found = GroupFilter(request.GET, schools=School.objects.visible_to(request.user, Permission.VIEW_GROUPS))
    page = Paginator(found.found(rows), PAGE_SIZE).get_page(request.GET.get("side"))
    kept = request.GET.copy()
    kept.pop("side", None)
    context = {
        "filter": found,
        "page": page,
        "lines": lines(list(page), request.user),
        "shows_school": "skole" in found.fields,
        "employee": employee,
        "kept": kept.urlencode(),
    }
    return render(request, "students/groups/list.html", context)


@requires(Permission.VIEW_GROUPS)
@require_safe
def group(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One group: the pupils one sees in it, and who is, was and will be responsible. The pupils shown are logged."""
    found = open_or_404(request, groups_seen(request.user), uuid=uuid)
    pupils = list(pupils_in(found, request.user))
    record_list(request.user, "list", pupils)
    context = {
        "group": found,
        "pupils": pupils,
        "responsible": responsible_for(found),
        "may_staff": may_staff(request.user, found),
    }
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
