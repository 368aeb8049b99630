"""«Dine innlogginger»: where one is logged in, and how to end it."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accessctl.guards import signed_in
from accessctl.login import session
from accessctl.login.accounts import end_logins
from accessctl.login.level import method_words
from accessctl.login.providers import FIXED
from accessctl.models import LoginSession
from accessctl.requests import SignedInRequest

OWN = "bare egne innlogginger"


@require_safe
@signed_in(OWN)
def logins(request: SignedInRequest) -> HttpResponse:
    rows = request.user.login_sessions.order_by("-created_at")
    lines = [(row, method_of(row), row.session_key == request.session.session_key) for row in session.alive(rows)]
    return render(request, "accessctl/logins.html", {"lines": lines})


def method_of(row: LoginSession) -> str:
    issuers = {str(configured["issuer"]): slug for slug, configured in settings.LOGIN_PROVIDERS.items()}
    slug = issuers.get(row.issuer, "")
    return method_words(slug, row.acr) if slug in FIXED else row.issuer


@require_POST
@signed_in(OWN)
def end_one(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """End another of one's own logins."""
    if not request.user.login_sessions.filter(uuid=uuid).exists():
        raise Http404
    end_logins(request.user, by=request.user, one=uuid, but=request.session.session_key or "")
    messages.success(request, _("Innloggingen er avsluttet."))
    return redirect("accessctl:logins")


@require_POST
@signed_in(OWN)
def end_others(request: SignedInRequest) -> HttpResponse:
    count = end_logins(request.user, by=request.user, but=request.session.session_key or "")
    told = ngettext("%(n)d annen innlogging er avsluttet.", "%(n)d andre innlogginger er avsluttet.", count)
    messages.success(request, told % {"n": count})
    return redirect("accessctl:logins")
