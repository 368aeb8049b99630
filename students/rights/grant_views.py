"""Screens where a special grant is given, renewed and taken back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accessctl.actions import RightsError, end_grant, grant_model
from accessctl.audit import open_or_404, record_event, record_list
from accessctl.guards import requires, requires_any
from accessctl.models import GrantBase, School, User
from accessctl.models.roles import in_a_year
from accessctl.permissions import OFFICER_GRANTS, Permission
from accessctl.requests import SignedInRequest
from accessctl.rights.answers import act_on
from accessctl.rights.in_use import rights_in_use
from people.apart import OwnCase
from staff.models import Employee
from students.models import Student
from students.rights.actions import account_of, decide_grant, give_grant, propose_grant, withdraw_grant
from students.rights.forms import GiveGrantForm, RenewForm
from students.rights.grants import employee_of, grant_by_uuid, may_end, may_renew, shown
from students.rights.officers import may_decide, proposals_for
from students.rights.officers import shown as shown_proposals
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
    if "bekreft" in request.POST:
        return save(request, employee, form)
    chosen = form.cleaned_data
    permission, on = Permission(chosen["tilgang"]), chosen["on"]
    record_list(request.user, "list", [on] if isinstance(on, Student) else [])
    context |= {
        "on": on,
        "is_in_use": permission in rights_in_use(),
        "by_two": permission in OFFICER_GRANTS,
        "text": grant_effect(str(employee), permission, grant_model(on).container, on.pk),
    }
    return render(request, "students/rights/give_grant_preview.html", context)


def save(request: SignedInRequest, employee: Employee, form: GiveGrantForm) -> HttpResponse:
    chosen = form.cleaned_data
    permission = Permission(chosen["tilgang"])
    try:
        text = ask_for(
            account_of(employee),
            permission,
            on=chosen["on"],
            by=request.user,
            reason=chosen["begrunnelse"],
            valid_to=chosen["til"],
        )
    except (RightsError, OwnCase) as error:
        form.add_error(None, str(error))
        return render(request, "students/rights/give_grant.html", {"employee": employee, "form": form}, status=422)
    messages.success(request, text or _("Tilgangen er gitt. Den virker fra neste klikk, uten ny innlogging."))
    return to_person(request, employee)


def ask_for(user: User, permission: Permission, **fields: Any) -> str:
    """Give the grant, or propose it when that takes two persons; then the text says what it waits for."""
    if permission not in OFFICER_GRANTS:
        give_grant(user, permission, **fields)
        return ""
    propose_grant(user, permission, **fields)
    return _("Forslaget er sendt. Tilgangen virker først når en annen har godkjent den.")


@requires_any(GIVE, Permission.MANAGE_PROTECTION)
def proposal(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """An officer's right that waits for a second person, with what it opens, to approve, refuse or withdraw."""
    row = open_or_404(request, proposals_for(request.user), action="open_grant_proposal", uuid=uuid)
    employee = employee_of(row.user)
    if request.method == "POST":
        approved, refused = _("Tilgangen er gitt. Den virker fra neste klikk."), _("Forslaget er avslått.")
        refusals = (RightsError, OwnCase)
        act_on(request, row, decide_grant, withdraw_grant, approved=approved, refused=refused, refusals=refusals)
        return to_person(request, employee) if request.user.holds(GIVE) else redirect("schools:today")
    (line,) = shown_proposals([row])
    on = row.content_object
    context = {
        "line": line,
        "decision": row,
        "employee": employee if request.user.holds(GIVE) else None,
        "text": grant_effect(line.who, Permission(row.permission), grant_model(on).container, on.pk),
        "is_mine": row.proposed_by_id == request.user.pk,
        "may_decide": may_decide(request.user, row),
    }
    return render(request, "students/rights/proposal.html", context)


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
                text = renew(request, row, form)
            else:
                end_grant(row, by=request.user)
                text = _("Tilgangen er avsluttet.")
        except (RightsError, OwnCase) as error:
            form.add_error(None, str(error)) if form.is_bound else messages.error(request, str(error))
        else:
            messages.success(request, text)
            return to_person(request, employee)
    context = {
        "line": shown([row], request.user)[0],
        "employee": employee,
        "form": form,
        "may_renew": renewable,
        "by_two": row.permission.codename in OFFICER_GRANTS,
        "may_end": may_end(row, request.user),
    }
    return render(request, "students/rights/grant.html", context, status=422 if form.errors else 200)


def renew(request: SignedInRequest, row: GrantBase, form: RenewForm) -> str:
    chosen = form.cleaned_data
    fields = {"on": row.content_object, "by": request.user, "reason": chosen["begrunnelse"], "valid_to": chosen["til"]}
    return ask_for(row.user, Permission(row.permission.codename), **fields) or _("Tilgangen er fornyet.")
