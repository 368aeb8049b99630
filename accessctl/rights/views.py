"""Screens about roles, for those who edit them, and everybody's own rights."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accessctl.actions import RightsError
from accessctl.audit import open_or_404
from accessctl.guards import requires, signed_in
from accessctl.models import Role, RoleAssignment, RoleChange
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from accessctl.rights import own
from accessctl.rights.actions import (
    change_role,
    decide_role_change,
    gains_by,
    is_shipped,
    make_role,
    retire_role,
    withdraw_role_change,
)
from accessctl.rights.answers import act_on
from accessctl.rights.catalogue import catalogue
from accessctl.rights.forms import MakeRoleForm, ReasonForm, RightsForm, choices_by_area, slug_of
from accessctl.rights.history import history_of
from accessctl.rights.known import counts_by_register, knowledge
from accessctl.rights.preview import effects
from accessctl.rights.sentences import people_of, sentence
from accessctl.roles import Reach
from schoolapp.lib import clock

EDIT = Permission.EDIT_ROLES
PAGE_SIZE = 50


@requires(EDIT)
def role_list(request: SignedInRequest) -> HttpResponse:
    """Every role with its reach, who gives it and how many hold it today, and the changes that wait."""
    roles = list(Role.objects.visible_to(request.user).annotate(holders=holders_on(clock.today())).order_by("name"))
    names = {role.slug: role.name for role in roles}
    by_register = counts_by_register()
    rows: list[dict[str, Any]] = [
        {
            "role": role,
            "given_by": ", ".join(names[slug] for slug in role.given_by if slug in names),
            "holders": by_register.get(role.slug, getattr(role, "holders", 0)),
        }
        for role in roles
    ]
    waiting = RoleChange.objects.visible_to(request.user).waiting().select_related("role", "proposed_by")
    called = knowledge().names([change.proposed_by for change in waiting])
    return render(
        request,
        "accessctl/rights/list.html",
        {
            "active": [row for row in rows if row["role"].is_active],
            "retired": [row for row in rows if not row["role"].is_active],
            "waiting": [{"change": change, "who": called[change.proposed_by_id]} for change in waiting],
        },
    )


def holders_on(day: date) -> Count:
    """How many different active users hold the role on that day."""
    held = Q(assignments__valid_from__lte=day) & (
        Q(assignments__valid_to__isnull=True) | Q(assignments__valid_to__gte=day)
    )
    return Count("assignments__user", filter=held & Q(assignments__user__is_active=True), distinct=True)


@requires(EDIT)
def role_page(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One role: its rights with checkboxes, who holds it, and what has been changed."""
    role = open_or_404(request, Role.objects.visible_to(request.user), action="open_role", uuid=uuid)
    return render(request, "accessctl/rights/role.html", role_context(request, role))


def role_context(request: SignedInRequest, role: Role) -> dict[str, object]:
    held = RoleAssignment.objects.visible_to(request.user, EDIT).on().filter(role=role, user__is_active=True)
    held = held.select_related("user", "school").order_by("user__display_name", "school__name", "pk")
    page = Paginator(held, PAGE_SIZE).get_page(request.GET.get("side"))
    names = knowledge().names([row.user for row in page])
    shipped = dict(Role.objects.visible_to(request.user).values_list("slug", "name"))
    return {
        "role": role,
        "areas": choices_by_area(role.reach, role.permissions),
        "form": RightsForm(reach=role.reach),
        "given_by": [shipped[slug] for slug in role.given_by if slug in shipped],
        "page": page,
        "holders": [{"row": row, "name": names[row.user_id]} for row in page],
        "history": history_of(role),
        "is_own": not is_shipped(role),
        "by_register": counts_by_register().get(role.slug),
        "waiting": RoleChange.objects.visible_to(request.user).waiting().filter(role=role).first(),
    }


@requires(EDIT)
def change(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """First what the change would mean, counted; with «bekreft» the change itself, or the proposal of it.

    Opened as a page, after a reload or a login, it leads to the role: what was chosen is no longer known.
    """
    role = open_or_404(request, Role.objects.visible_to(request.user), action="open_role", uuid=uuid)
    if request.method != "POST":
        return redirect("roles:role", role.uuid)
    form = RightsForm(request.POST, reach=role.reach)
    based_on = request.POST.get("grunnlag", ",".join(role.permissions))
    valid = form.is_valid()
    wanted = form.cleaned_data.get("rettigheter", [])
    if set(wanted) == set(role.permissions):
        messages.info(request, _("Du har ikke endret noen rettigheter."))
        return redirect("roles:role", role.uuid)
    if "bekreft" in request.POST and valid:
        reason = form.cleaned_data["begrunnelse"]
        seen = [slug for slug in based_on.split(",") if slug]
        try:
            waits = change_role(role, permissions=wanted, by=request.user, reason=reason, based_on=seen)
        except RightsError as error:
            form.add_error(None, str(error))
        else:
            text = _("Endringen venter på en kollega. Den virker når en annen har godkjent den.")
            messages.success(request, text if waits else _("Rollen er endret. Det virker fra neste klikk."))
            return redirect("roles:role", role.uuid)
    form.fields["begrunnelse"].required = True
    context = {
        "role": role,
        "form": form,
        "wanted": wanted,
        "based_on": based_on,
        "effects": effects_in_words(role, wanted),
        "waits": gains_by(role, wanted, request.user),
    }
    return render(request, "accessctl/rights/preview.html", context, status=200 if valid and not form.errors else 422)


def effects_in_words(role: Role, wanted: list[str]) -> list[dict[str, object]]:
    return [{"effect": effect, "text": sentence(effect, role.reach)} for effect in effects(role, wanted)]


@requires(EDIT)
def waiting(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A change that waits for a second person, with what it means today, to approve, refuse or withdraw."""
    changes = RoleChange.objects.visible_to(request.user).select_related("role", "proposed_by")
    change = open_or_404(request, changes, action="open_role_change", uuid=uuid)
    if request.method == "POST":
        return answer(request, change)
    context = {
        "change": change,
        "role": change.role,
        "who": knowledge().names([change.proposed_by])[change.proposed_by_id],
        "effects": effects_in_words(change.role, change.permissions),
        "is_mine": change.proposed_by_id == request.user.pk,
        "own_gains": own_gains(request, change),
    }
    return render(request, "accessctl/rights/waiting.html", context)


def own_gains(request: SignedInRequest, change: RoleChange) -> list[str]:
    """The rights the user would get by approving, when the user holds the role too."""
    if not gains_by(change.role, change.permissions, request.user):
        return []
    added = set(change.permissions) - set(change.role.permissions)
    return [str(permission.label) for permission in Permission if permission.value in added]


def answer(request: SignedInRequest, change: RoleChange) -> HttpResponse:
    approved = _("Endringen er godkjent. Den virker fra neste klikk.")
    refused = _("Endringen er avslått. Rollen er som før.")
    act_on(request, change, decide_role_change, withdraw_role_change, approved=approved, refused=refused)
    return redirect("roles:role", change.role.uuid)


@requires(EDIT)
def make(request: SignedInRequest) -> HttpResponse:
    """A role of the municipality's own."""
    givers = Role.objects.visible_to(request.user).filter(permissions__contains=[Permission.GIVE_ROLES.value])
    form = MakeRoleForm(request.POST or None, givers=givers.filter(is_active=True))
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            role = make_role(
                slug=slug_of(chosen["navn"]),
                name=chosen["navn"],
                reach=chosen["rekkevidde"],
                permissions=chosen["rettigheter"],
                given_by=chosen["gis_av"],
                by=request.user,
            )
        except RightsError as error:
            form.add_error("navn", str(error))
        else:
            messages.success(request, _("Rollen er laget. Ingen har den ennå. Gi den til ansatte under «Tilganger»."))
            return redirect("roles:role", role.uuid)
    context = {"form": form, "areas": choices_by_area(Reach.MUNICIPALITY, request.POST.getlist("rettigheter"))}
    return render(request, "accessctl/rights/make.html", context, status=422 if form.errors else 200)


@requires(EDIT)
def retire(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Put an own role out of use, after saying how many lose it."""
    roles = Role.objects.visible_to(request.user).filter(is_active=True).annotate(holders=holders_on(clock.today()))
    role = open_or_404(request, roles, action="open_role", uuid=uuid)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            retire_role(role, by=request.user, reason=form.cleaned_data["begrunnelse"])
        except RightsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Rollen «%(name)s» er avviklet.") % {"name": role.name})
            return redirect("roles:list")
    context = {"role": role, "form": form, "people": people_of(role.reach, vars(role)["holders"])}
    return render(request, "accessctl/rights/retire.html", context, status=422 if form.errors else 200)


@requires(EDIT)
def catalogue_page(request: SignedInRequest) -> HttpResponse:
    """All rights × all roles, for reading and for paper."""
    return render(request, "accessctl/rights/catalogue.html", {"catalogue": catalogue(), "day": clock.today()})


@signed_in("viser bare egne roller og rettigheter")
def mine(request: SignedInRequest) -> HttpResponse:
    """What I may do and where, and whom I can ask for more."""
    is_staff = own.is_staff(request.user)
    context = {
        "frame": "staff.html" if is_staff else "portal.html",
        "is_staff": is_staff,
        "is_guardian": own.is_guardian(request.user),
        "holdings": own.holdings(request.user),
        "givers": own.givers_near(request.user) if is_staff else [],
    }
    return render(request, "accessctl/my_access.html", context)
