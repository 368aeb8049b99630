"""The login page, logout both ways, and the form that was sent when the session had run out."""

import logging
import secrets
from hashlib import sha256
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe
from mozilla_django_oidc.views import OIDCLogoutView
from redis.exceptions import RedisError

from accessctl.audit import record_act
from accessctl.guards import Public, public, signed_in
from accessctl.login import drafts, session
from accessctl.login.backchannel import logout_claims
from accessctl.login.exchange import Unreachable
from accessctl.login.flow import provider_or_404
from accessctl.login.metadata import end_session_endpoint
from accessctl.login.providers import DOORS, Provider, providers
from accessctl.login.targets import own_path
from accessctl.login.tokens import InvalidToken
from accessctl.models import School

security_log = logging.getLogger("schoolapp.security")
LOGOUT_STATE = "logout_state"
REMEMBERED_SECONDS = 15 * 60
CLEAR_SITE_DATA = '"cache", "storage"'


@require_safe
@public("innlogging")
def login_page(request: HttpRequest) -> HttpResponse:
    """The doors. Somebody who is logged in already goes on to where they were going."""
    target = own_path(request, request.GET.get("neste", ""))
    if request.user.is_authenticated:
        return redirect(target or settings.LOGIN_REDIRECT_URL)
    query = f"?{urlencode({'neste': target})}" if target else ""
    doors = [
        {
            "provider": known,
            "text": DOORS[known.slug],
            "url": reverse("accessctl:start", kwargs={"provider": known.slug}) + query,
        }
        for known in providers()
    ]
    context = {
        "doors": doors,
        "draft": drafts.peek(request),
        "target": target.strip("/"),
        "ran_out": drafts.was_logged_in(request),
    }
    return render(request, "accessctl/login.html", context)


@require_safe
@public("hjelp til innlogging; viser bare skolenes egne kontaktopplysninger")
def login_help(request: HttpRequest) -> HttpResponse:
    """Which way in is for whom, how to get an electronic id, and whom to contact."""
    context = {"contacts": {"school", "access", "support"}, "schools": School.objects.all()}
    return render(request, "accessctl/login_help.html", context)


class LogoutView(OIDCLogoutView):
    """Ends the session here first, and then sends the browser to end the one at the provider.

    Open to all, since somebody may be logged in at the provider without having a user here.
    """

    access = Public("utlogging; også for den som ikke har bruker her")
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        used, id_token = session.logout_hint(request)
        if request.user.is_authenticated:
            record_act(request.user, "logout")
        session.end(request)
        endpoint = end_session_endpoint(used) if used else ""
        if used and endpoint:
            state = secrets.token_urlsafe(24)
            request.session[LOGOUT_STATE] = {"state": state, "provider": used.slug}
            fields = {
                "id_token_hint": id_token,
                "client_id": used.client_id,
                "post_logout_redirect_uri": settings.BASE_URL.rstrip("/") + reverse("accessctl:logged_out"),
                "state": state,
            }
            response = self.leave(request, endpoint, {k: v for k, v in fields.items() if v}, used.logs_out_by_post)
        else:
            response = render(request, "accessctl/logged_out.html", {"still_at": used})
        response["Clear-Site-Data"] = CLEAR_SITE_DATA
        drafts.forget_owner(response)
        return response

    def leave(self, request: HttpRequest, endpoint: str, fields: dict[str, str], by_post: bool) -> HttpResponse:
        if by_post:
            return render(request, "accessctl/leave.html", {"endpoint": endpoint, "fields": fields})
        return HttpResponseRedirect(f"{endpoint}?{urlencode(fields)}")


@require_safe
@public("kvittering for utlogging; viser ingen opplysninger")
def logged_out(request: HttpRequest) -> HttpResponse:
    """Where the provider sends people back. Says what was ended, and only what we know."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    sent = request.session.pop(LOGOUT_STATE, None)
    answered = sent and constant_time_compare(sent["state"], request.GET.get("state", ""))
    ended_at = provider_or_404(sent["provider"]) if sent and answered else None
    response = render(request, "accessctl/logged_out.html", {"ended_at": ended_at})
    response["Clear-Site-Data"] = CLEAR_SITE_DATA
    return response


@require_GET
@xframe_options_exempt
@public("utlogging fra leverandør i en ramme uten informasjonskapsler; kjenner bare en uforutsigbar sid")
def frontchannel(request: HttpRequest, provider: str) -> HttpResponse:
    """The provider tells that one of its sessions has ended. Always the same answer, whether we knew it or not."""
    used = provider_or_404(provider)
    if used.is_issuer(request.GET.get("iss", "")):
        ended = session.end_by_sid(used, request.GET.get("sid", ""))
        if ended:
            security_log.info("%d sessions ended by %s", len(ended), used.slug)
            record_act(None, "logout", what=f"{used.name}: {len(ended)}")
        if request.session.session_key in ended:
            request.session.flush()
    response = HttpResponse()
    response["Cache-Control"] = "no-store"
    response._csp_replace = {"frame-ancestors": used.origins}  # type: ignore[attr-defined]
    return response


@csrf_exempt
@require_POST
@public("utlogging fra leverandørens tjener; godtar bare et signert token")
def backchannel(request: HttpRequest, provider: str) -> HttpResponse:
    """The provider's server tells that a session has ended. Each token counts once; ending twice does no harm."""
    used = provider_or_404(provider)
    try:
        claims = logout_claims(request.POST.get("logout_token"), used)
        if not first_time(used, claims["jti"]):
            raise InvalidToken("replayed")
    except (InvalidToken, Unreachable) as error:
        security_log.warning("logout token from %s refused: %s", used.slug, error)
        response: HttpResponse = JsonResponse({"error": "invalid_request"}, status=400)
    else:
        sid = str(claims.get("sid") or "")
        ended = session.end_by_sid(used, sid) if sid else session.end_by_subject(used, str(claims["sub"]))
        security_log.info("%d sessions ended by the server of %s", len(ended), used.slug)
        response = HttpResponse()
    response["Cache-Control"] = "no-store"
    return response


def first_time(used: Provider, jti: str) -> bool:
    """Whether this token has not been used before. When the cache is away the logout counts: that is the safe side."""
    name = sha256(f"{used.slug} {jti}".encode()).hexdigest()
    try:
        return bool(cache.add(f"logout-token:{name}", 1, timeout=REMEMBERED_SECONDS))
    except RedisError:
        return True


@require_safe
@signed_in("bare det en selv skrev i denne nettleseren")
def resume(request: HttpRequest) -> HttpResponse:
    """Shows what was typed when the session had run out, ready to be sent to where it was going."""
    draft = drafts.waiting_for(request)
    if draft is None:
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "accessctl/resume.html", {"draft": draft})


@require_POST
@signed_in("bare det en selv skrev i denne nettleseren")
def resend(request: HttpRequest) -> HttpResponse:
    """Send the kept form on. With 307 the browser posts the same fields again, so nothing is sent twice from here."""
    draft = drafts.waiting_for(request)
    drafts.discard(request)
    if draft is None:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if "kast-utkast" in request.POST:
        return redirect(draft.page or settings.LOGIN_REDIRECT_URL)
    return redirect(draft.path, preserve_request=True)
