"""Screens where roles are given, ended and prolonged. Nobody finds a button for themselves here."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accessctl.actions import RightsError, assign_role_at, change_end, end_assignment
from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.models import Role, RoleAssignment, School
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from staff.models import Employee
from students.groups.listing import employee_named
from students.rights.actions import account_of, look_up
from students.rights.forms import EndDateForm, GiveRoleForm, NumberForm, PeopleFilter
from students.rights.grants import employee_of, grants_of, pupils_in, running_out
from students.rights.officers import on_pupils, proposals_for, shown
from students.rights.people import groups_of, may_change, reachable, roles_of, with_roles
from students.rights.sentences import role_effect

GIVE = Permission.GIVE_ROLES
PAGE_SIZE = 50
LOOKED_UP, MOST_KEPT = "employees_looked_up", 20


@requires(GIVE)
def people(request: SignedInRequest) -> HttpResponse:
    """Employees with a role where one gives roles, and the grants there that soon run out."""
    return render(request, "students/rights/people.html", people_context(request, NumberForm()))


def people_context(request: SignedInRequest, number_form: NumberForm) -> dict[str, Any]:
    schools = School.objects.visible_to(request.user, GIVE)
    found = PeopleFilter(request.GET, schools=schools, roles=Role.objects.visible_to(request.user, GIVE))
    rows: Any = Employee.objects.visible_to(request.user).called(found.value("sok")).select_related("person__user")
    held: dict[str, Any] = {}
    if found.value("skole"):
        held["school"] = found.schools[found.value("skole")]
    if found.value("rolle"):
        held["role"] = found.roles[found.value("rolle")]
    if held:
        assignments = RoleAssignment.objects.visible_to(request.user).not_ended().filter(**held)
        rows = rows.filter(person__user__in=assignments.values("user"))
    rows = with_roles(rows, request.user).order_by("person__family_name", "person__given_name", "pk")
    kept = request.GET.copy()
    kept.pop("side", None)
    ending = running_out(request.user)
    waiting = shown(list(proposals_for(request.user).waiting()))
    record_list(request.user, "list", [*pupils_in(ending), *on_pupils(waiting)])
    return {
        "proposals": waiting,
        "filter": found,
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("side")),
        "kept": kept.urlencode(),
        "number_form": number_form,
        "running_out": ending,
    }


@requires(GIVE)
def by_number(request: SignedInRequest) -> HttpResponse:
    """Find an employee by exact employee number, to give a first role at one's own school; as a page, the list."""
    if request.method != "POST":
        return redirect("rights:people")
    form = NumberForm(request.POST)
    if form.is_valid():
        employee = look_up(form.cleaned_data["nummer"], by=request.user)
        if employee:
            known = [uuid for uuid in request.session.get(LOOKED_UP, []) if uuid != str(employee.uuid)]
            request.session[LOOKED_UP] = [*known, str(employee.uuid)][-MOST_KEPT:]
            return redirect("rights:person", employee.uuid)
        form.add_error("nummer", _("Ingen ansatt har dette nummeret. Sjekk det i lønnssystemet."))
    return render(request, "students/rights/people.html", people_context(request, form), status=422)


def employees(request: SignedInRequest) -> Any:
    return reachable(request.user, request.session.get(LOOKED_UP, []))


@requires(GIVE)
def person(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One employee: roles now, to come and ended, special grants, and what follows from groups."""
    employee = open_or_404(request, employees(request), action="open_rights", uuid=uuid)
    user = employee.person.user
    grants = grants_of(user, request.user) if user else []
    waiting = shown(list(proposals_for(request.user).waiting().filter(user=user))) if user else []
    record_list(request.user, "list", [*pupils_in(grants), *on_pupils(waiting)])
    context = {
        "proposals": waiting,
        "employee": employee,
        "is_me": user == request.user,
        "roles": roles_of(user, request.user) if user else {"now": [], "coming": [], "ended": []},
        "grants": grants,
        "groups": groups_of(employee, request.user),
        "sees_groups": request.user.holds(Permission.VIEW_GROUPS),
        "may_staff": employee_named(str(employee.uuid), request.user) is not None,
    }
    return render(request, "students/rights/person.html", context)


@requires(GIVE)
def give_role(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Choose role, schools and dates; see what it opens; give it."""
    employee = open_or_404(request, employees(request), action="open_rights", uuid=uuid)
    if employee.person.user == request.user:
        messages.error(request, _("Du kan ikke gi en rolle til deg selv. Be en kollega med samme ansvar."))
        return redirect("rights:person", employee.uuid)
    form = GiveRoleForm(
        request.POST or None,
        roles=Role.objects.visible_to(request.user, GIVE),
        schools=School.objects.visible_to(request.user, GIVE),
        user=employee.person.user,
    )
    context = {"employee": employee, "form": form}
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "students/rights/give_role.html", context, status=status)
    if "bekreft" in request.POST:
        return save_role(request, employee, form)
    effect = role_effect(employee, account_of(employee), form.cleaned_data)
    context |= {"effect": effect, "sees_groups": request.user.holds(Permission.VIEW_GROUPS)}
    return render(request, "students/rights/give_role_preview.html", context)


def save_role(request: SignedInRequest, employee: Employee, form: GiveRoleForm) -> HttpResponse:
    chosen = form.cleaned_data
    try:
        assign_role_at(
            account_of(employee),
            role=chosen["role"],
            schools=chosen["schools"],
            by=request.user,
            reach=chosen["reach"],
            valid_from=chosen["fra"],
            valid_to=chosen["til"],
        )
    except RightsError as error:
        form.add_error(None, str(error))
        context = {"employee": employee, "form": form}
        return render(request, "students/rights/give_role.html", context, status=422)
    messages.success(request, _("Rollen er gitt. Den virker fra neste klikk, uten ny innlogging."))
    return redirect("rights:person", employee.uuid)


@requires(GIVE)
def assignment(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One role somebody holds: prolong or shorten it, or end it now."""
    rows = RoleAssignment.objects.visible_to(request.user).select_related("role", "school", "user")
    row = open_or_404(request, rows, action="open_rights", uuid=uuid)
    employee = employee_of(row.user)
    form = EndDateForm(request.POST if request.POST.get("valg") == "endre" else None, initial={"til": row.valid_to})
    if request.method == "POST" and (request.POST.get("valg") == "avslutt" or form.is_valid()):
        try:
            if form.is_bound:
                change_end(row, valid_to=form.cleaned_data["til"], by=request.user)
            else:
                end_assignment(row, by=request.user)
        except RightsError as error:
            form.add_error(None, str(error)) if form.is_bound else messages.error(request, str(error))
        else:
            messages.success(request, _("Sluttdatoen er endret.") if form.is_bound else _("Rollen er avsluttet."))
            return to_person(request, employee)
    context = {"row": row, "employee": employee, "form": form, "may_change": may_change(row, request.user)}
    return render(request, "students/rights/assignment.html", context, status=422 if form.errors else 200)


def to_person(request: SignedInRequest, employee: Employee | None) -> HttpResponse:
    """Back to the employee, or to the list when the last role one could see is gone."""
    if employee and employees(request).filter(pk=employee.pk).exists():
        return redirect("rights:person", employee.uuid)
    return redirect("rights:people")
