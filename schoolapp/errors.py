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
from accessctl.permissions import GUARDIAN_RIGHTS, PUPIL_RIGHTS, Permission

log = logging.getLogger("schoolapp.errors")
FALLBACK_LANGUAGE = "nb"
FAMILY_RIGHTS = GUARDIAN_RIGHTS | PUPIL_RIGHTS


@public("feilside uten opplysninger")
def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return page(request, "errors/400.html", 400)


@public("feilside uten opplysninger")
def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Names the right that is missing, the roles that have it and who gives those; never what the page is about."""
    wanted = next((arg for arg in getattr(exception, "args", ()) if isinstance(arg, Permission)), None)
    holders = list(Role.objects.filter(permissions__contains=[wanted.value])) if wanted else []
    givers = Role.objects.filter(slug__in={slug for role in holders for slug in role.given_by})
    context = {
        "wanted": wanted if wanted not in FAMILY_RIGHTS else None,
        "holders": [role.name for role in holders],
        "givers": [role.name for role in givers],
        "contacts": {"access", "support"},
    }
    return page(request, "errors/403.html", 403, **context)


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
