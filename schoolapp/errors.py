"""Error pages in plain Norwegian. They name no object and show no data: what happened, what to do, and a reference."""

import logging
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language

from accessctl.guards import public
from accessctl.login.drafts import keep_after_csrf_failure
from accessctl.models import Role
from accessctl.permissions import GUARDIAN_RIGHTS, OFFICER_GRANTS, PUPIL_RIGHTS, Permission
from accessctl.rights.own import is_staff
from accessctl.roles import Reach

log = logging.getLogger("schoolapp.errors")
FALLBACK_LANGUAGE = "nb"
FAMILY_RIGHTS = GUARDIAN_RIGHTS | PUPIL_RIGHTS
STAFF, GUARDIAN, PUPIL, NOBODY = "staff", "guardian", "pupil", ""


@public("feilside uten opplysninger")
def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return page(request, "errors/400.html", 400)


@public("feilside uten opplysninger")
def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Says to who is looking whose page it is; to staff also the right that is missing, and who gives the roles that
    have it. Never what the page is about.
    """
    wanted = next((arg for arg in getattr(exception, "args", ()) if isinstance(arg, Permission)), None)
    seen_by = onlooker(request)
    context: dict[str, Any] = {"seen_by": seen_by, "page_for": door_of(wanted), "contacts": {"school", "support"}}
    if seen_by == STAFF:
        context["contacts"] = {"access", "support"}
        if wanted and wanted not in FAMILY_RIGHTS:
            context |= {"wanted": wanted, "holders": holders_of(wanted), "givers": givers_of(wanted)}
    return page(request, "errors/403.html", 403, **context)


def onlooker(request: HttpRequest) -> str:
    """Who is looking, as the system knows them. Whoever works here counts as staff, also when they have children."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return NOBODY
    if is_staff(user):
        return STAFF
    if user.holds(Permission.VIEW_OWN_CHILDREN):
        return GUARDIAN
    return PUPIL if user.holds(Permission.VIEW_OWN_RECORD) else NOBODY


def door_of(wanted: Permission | None) -> str:
    """Whose page it is."""
    if wanted in GUARDIAN_RIGHTS:
        return GUARDIAN
    return PUPIL if wanted in PUPIL_RIGHTS else STAFF


def holders_of(wanted: Permission) -> list[tuple[str, str]]:
    """The roles that have the right, each with the roles that give it; nobody gives what follows from a register."""
    names = dict(Role.objects.filter(is_active=True).values_list("slug", "name"))
    roles = Role.objects.filter(is_active=True, permissions__contains=[wanted.value])
    given = [(role.name, [names[slug] for slug in role.given_by if slug in names]) for role in roles]
    return [(name, ", ".join(givers)) for name, givers in given if givers]


def givers_of(wanted: Permission) -> list[str]:
    """The roles that can give the right by itself, to one person at a time."""
    givers = Role.objects.filter(is_active=True, permissions__contains=[Permission.GIVE_ROLES.value])
    if wanted in OFFICER_GRANTS:
        givers = givers.filter(reach=Reach.MUNICIPALITY)
    return [role.name for role in givers]


@public("feilside uten opplysninger")
def not_served(request: HttpRequest) -> HttpResponse:
    """The address is there, but not for what the browser asked; nearly always a form's address opened as a page."""
    return page(request, "errors/405.html", 405)


@public("feilside uten opplysninger")
def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return page(request, "errors/404.html", 404)


@public("feilside uten opplysninger")
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token was missing or old, nearly always because the login ran out or cookies are off."""
    if keep_after_csrf_failure(request):
        resume = reverse("accessctl:resume")
        login = f"{reverse('accessctl:login')}?{urlencode({'neste': resume})}"
        return redirect(resume if request.user.is_authenticated else login)
    return page(request, "errors/csrf.html", 403)


@public("feilside uten opplysninger")
def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without request, context processors or database: any of them may be what failed."""
    reference = new_reference()
    log.error(
        "reference %s for %s",
        reference,
        getattr(request.resolver_match, "view_name", "") or "unresolved page",
    )
    body = render_to_string(
        "errors/500.html",
        {"reference": reference, "language": get_language() or FALLBACK_LANGUAGE},
    )
    return HttpResponse(body, status=500)


def page(request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:
    reference = new_reference()
    log.warning("reference %s: %s", reference, status)
    return render(request, template, {"reference": reference, "contacts": {"support"}} | context, status=status)


def new_reference() -> str:
    """Short enough to read out on the telephone; found again in the log."""
    return uuid4().hex[:8]
