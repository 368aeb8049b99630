"""Screens where a special grant is given, renewed and taken back."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accessctl.actions import RightsError, end_grant, grant_model
from accessctl.audit import open_or_404, record_event, record_list
from accessctl.guards import requires
from accessctl.models import GrantBase, School
from accessctl.models.roles import in_a_year
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from accessctl.rights.in_use import rights_in_use
from people.apart import OwnCase
from students.models import Student
from students.rights.actions import account_of, give_grant
from students.rights.forms import GiveGrantForm, RenewForm
from students.rights.grants import employee_of, grant_by_uuid, may_end, may_renew, shown
from students.rights.sentences import grant_effect
from students.rights.views import GIVE, employees, to_person


@requires(GIVE)
def give(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Choose the right, what it is given on, why and until when; see what it opens; give it."""
    employee = open_or_404(request, employees(request), action="open_rights", uuid=uuid)
    if employee.person.user == request.user:
        messages.error(request, _("Du kan ikke gi deg selv en tilgang. Be en kollega med samme ansvar."))
        return redirect("rights:person", employee.uuid)
    schools = School.objects.visible_to(request.user, GIVE)
    form = GiveGrantForm(request.POST or None, by=request.user, schools=schools)
    context = {"employee": employee, "form": form}
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "students/rights/give_grant.html", context, status=status)
    chosen = form.cleaned_data
    permission = Permission(chosen["tilgang"])
    if "bekreft" not in request.POST:
        container = grant_model(chosen["on"]).container
        record_list(request.user, "list", [chosen["on"]] if isinstance(chosen["on"], Student) else [])
        context["is_in_use"] = permission in rights_in_use()
        context["text"] = grant_effect(employee, permission, container, chosen["on"].pk)
        return render(request, "students/rights/give_grant_preview.html", context | {"on": chosen["on"]})
    try:
        give_grant(
            account_of(employee),
            permission,
            on=chosen["on"],
            by=request.user,
            reason=chosen["begrunnelse"],
            valid_to=chosen["til"],
        )
    except (RightsError, OwnCase) as error:
        form.add_error(None, str(error))
        return render(request, "students/rights/give_grant.html", context, status=422)
    messages.success(request, _("Tilgangen er gitt. Den virker fra neste klikk, uten ny innlogging."))
    return to_person(request, employee)


def open_grant(request: SignedInRequest, uuid: UUID) -> GrantBase:
    """The grant, wherever it is given, when it lies where the user gives roles. Raises Http404."""
    row = grant_by_uuid(uuid, request.user)
    if row is None:
        raise Http404
    record_event(request.user, "open_rights", row)
    return row


@requires(GIVE)
def grant(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One special grant: let it last longer, with a reason, or take it back now."""
    row = open_grant(request, uuid)
    employee = employee_of(row.user)
    form = RenewForm(request.POST if request.POST.get("valg") == "forny" else None, initial={"til": in_a_year()})
    renewable = may_renew(row, request.user)
    ends = request.POST.get("valg") == "avslutt"
    if request.method == "POST" and (ends or (renewable and form.is_valid())):
        try:
            if form.is_bound:
                renew(request, row, form)
            else:
                end_grant(row, by=request.user)
        except (RightsError, OwnCase) as error:
            form.add_error(None, str(error)) if form.is_bound else messages.error(request, str(error))
        else:
            messages.success(request, _("Tilgangen er fornyet.") if form.is_bound else _("Tilgangen er avsluttet."))
            return to_person(request, employee)
    context = {
        "line": shown([row], request.user)[0],
        "employee": employee,
        "form": form,
        "may_renew": renewable,
        "may_end": may_end(row, request.user),
    }
    return render(request, "students/rights/grant.html", context, status=422 if form.errors else 200)


def renew(request: SignedInRequest, row: GrantBase, form: RenewForm) -> None:
    give_grant(
        row.user,
        Permission(row.permission.codename),
        on=row.content_object,
        by=request.user,
        reason=form.cleaned_data["begrunnelse"],
        valid_to=form.cleaned_data["til"],
    )
