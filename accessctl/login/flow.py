"""The two steps of a login, on top of mozilla-django-oidc's views: out to the provider, and back."""

import logging
import re
import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pghistory
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import View
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from accessctl.audit import record_act
from accessctl.guards import Public
from accessctl.login import failures, session
from accessctl.login.backend import Attempt, redirect_uri
from accessctl.login.exchange import Unreachable
from accessctl.login.failures import Contact, LoginFailed
from accessctl.login.metadata import metadata
from accessctl.login.providers import Provider, provider
from accessctl.login.targets import own_path
from accessctl.models import School
from schoolapp.lib import request_id

security_log = logging.getLogger("schoolapp.security")
STATES = "oidc_states"
ATTEMPT_SECONDS = 30 * 60
# How long ago somebody may have proved who they are and still be said to have confirmed it now.
CONFIRM_SECONDS = 5 * 60
# What the change history calls the doer of changes made before anybody is logged in.
LOGIN = "Innlogging"
UI_LOCALES = {"nb": "nb", "nn": "nn", "en": "en"}


def provider_or_404(slug: str) -> Provider:
    try:
        return provider(slug)
    except KeyError:
        raise Http404 from None


class StartView(OIDCAuthenticationRequestView):
    """Sends the browser to the provider, with PKCE, state and nonce.

    `?bekreft=1` is for somebody who is logged in and must prove it again, at the level we ask for.
    """

    access = Public("innlogging")
    provider: Provider
    confirming = False

    def __init__(self, **kwargs: Any) -> None:
        """The inherited one reads a single provider from settings."""
        View.__init__(self, **kwargs)

    def get(self, request: HttpRequest, provider: str) -> HttpResponse:
        self.provider = provider_or_404(provider)
        home = urlsplit(settings.BASE_URL)
        if request.get_host() != home.netloc:
            # The provider answers to BASE_URL, and a cookie left under another name would not be there then.
            return redirect(f"{home.scheme}://{home.netloc}{request.get_full_path()}")
        try:
            self.OIDC_OP_AUTH_ENDPOINT = metadata(self.provider)["authorization_endpoint"]
        except Unreachable as error:
            return failed(request, self.provider, LoginFailed(failures.UNREACHABLE, str(error)))
        self.OIDC_RP_CLIENT_ID = self.provider.client_id
        self.confirming = "bekreft" in request.GET and request.user.is_authenticated
        response: HttpResponseRedirect = super().get(request)
        self.remember(request, parse_qs(urlsplit(response.url).query)["state"][0])
        return response

    def remember(self, request: HttpRequest, state: str) -> None:
        """Keep with the state what the answer must fit."""
        request.session.pop("oidc_login_next", None)
        request.session[STATES][state] |= {
            "provider": self.provider.slug,
            "minimum_acr": self.provider.requested_acr if self.confirming else self.provider.minimum_acr,
            "same_user": request.user.pk if self.confirming else None,
            "target": own_path(request, request.GET.get("neste", "")),
        }
        request.session.modified = True

    def get_settings(self, attr: str, *args: Any) -> Any:
        own = {
            "OIDC_RP_SCOPES": self.provider.scopes,
            "OIDC_USE_PKCE": True,
            "OIDC_USE_NONCE": True,
            "OIDC_STATE_SIZE": 43,
            "OIDC_NONCE_SIZE": 43,
            # The inherited code only builds an address from it that get_extra_params() replaces.
            "OIDC_AUTHENTICATION_CALLBACK_URL": "accessctl:login",
        }
        return own[attr] if attr in own else OIDCAuthenticationRequestView.get_settings(attr, *args)

    def get_extra_params(self, request: HttpRequest) -> dict[str, str]:
        params = {"redirect_uri": redirect_uri(self.provider)}
        if self.provider.requested_acr:
            params["acr_values"] = self.provider.requested_acr
        if request.LANGUAGE_CODE in UI_LOCALES:
            params["ui_locales"] = UI_LOCALES[request.LANGUAGE_CODE]
        if self.confirming:
            params["prompt"] = "login"
        return params


class CallbackView(OIDCAuthenticationCallbackView):
    """Receives the provider's answer. Every way it can fail ends on a page that says what to do; none loops."""

    access = Public("svar fra innloggingsleverandør; ugyldige svar gir ingen økt")
    attempt: Attempt

    def get(self, request: HttpRequest, provider: str) -> HttpResponse:
        used = provider_or_404(provider)
        try:
            self.attempt = request.login_attempt = claim_attempt(request, used)  # type: ignore[attr-defined]
            with pghistory.context(job=LOGIN, request=str(current.id) if (current := request_id.current()) else None):
                answer: HttpResponse = super().get(request)
            return answer
        except LoginFailed as failure:
            self.end_if_somebody_else(failure)
            return failed(request, used, failure)

    def end_if_somebody_else(self, failure: LoginFailed) -> None:
        """When another person answers a request to confirm, the one who was logged in is not at the machine."""
        attempt = getattr(self, "attempt", None)
        if attempt and attempt.same_user is not None and failure.failure in failures.ANOTHER_PERSON:
            session.end(self.request)
            if attempt.login is not None:
                session.remember_for_logout(self.request, attempt.login)

    def login_success(self) -> HttpResponse:
        attempt, user = self.attempt, self.user
        if attempt.same_user not in (None, user.pk):
            raise LoginFailed(failures.SOMEBODY_ELSE, f"user {attempt.same_user} confirmed as {user.pk}")
        assert attempt.login is not None
        if attempt.same_user is not None and time.time() - attempt.login.auth_time > CONFIRM_SECONDS:
            raise LoginFailed(failures.NOT_CONFIRMED, f"auth_time of user {user.pk}")
        level = f"{attempt.provider.name}, {attempt.login.acr or 'én faktor'}"
        record_act(user, "login" if attempt.same_user is None else "confirm", what=level)
        session.begin(self.request, user, attempt.login)
        security_log.info("user %s logged in at %s, level %s", user.pk, attempt.provider.slug, attempt.login.acr or "-")
        return HttpResponseRedirect(attempt.target or settings.LOGIN_REDIRECT_URL)

    def login_failure(self) -> HttpResponse:
        raise LoginFailed(failures.REJECTED, "no user")


def claim_attempt(request: HttpRequest, used: Provider) -> Attempt:
    """The login this answer belongs to, by the state left in this browser's session. A state answers once.

    Raises LoginFailed for an answer that is not ours, comes from another issuer (RFC 9207), or is an error.
    """
    state = request.GET.get("state", "")
    asked = request.session.get(STATES, {}).get(state)
    if asked is None or asked.get("provider") != used.slug:
        raise LoginFailed(failures.NOT_OURS, "state")
    attempt = Attempt(used, asked["minimum_acr"], asked["target"], asked["same_user"])
    request.login_target = attempt.target  # type: ignore[attr-defined]
    try:
        check_answer(request, used, asked["added_on"])
    except LoginFailed:
        del request.session[STATES][state]
        request.session.modified = True
        raise
    return attempt


def check_answer(request: HttpRequest, used: Provider, asked_at: float) -> None:
    if not from_issuer(request.GET.get("iss"), used):
        raise LoginFailed(failures.REJECTED, "iss of the response")
    if error := request.GET.get("error"):
        known = error if re.fullmatch(r"[a-z_]{1,40}", error) else "unreadable"
        raise LoginFailed(failures.FROM_PROVIDER.get(known, failures.UNKNOWN), f"error {known}")
    if not request.GET.get("code") or time.time() - asked_at > ATTEMPT_SECONDS:
        raise LoginFailed(failures.NOT_OURS, "no code, or too late")


def from_issuer(iss: str | None, used: Provider) -> bool:
    """Whether the response's `iss` is right; it may be left out only by one who does not promise it."""
    if iss is not None:
        return iss == used.issuer
    try:
        return not metadata(used).get("authorization_response_iss_parameter_supported", False)
    except Unreachable as error:
        raise LoginFailed(failures.UNREACHABLE, str(error)) from error


def failed(request: HttpRequest, used: Provider, failure: LoginFailed) -> HttpResponse:
    """The page for a login that did not succeed, and one line in the security log."""
    kind = failure.failure
    level = logging.INFO if kind is failures.CANCELLED else logging.WARNING
    security_log.log(level, "login at %s refused: %s (%s)", used.slug, kind.slug, failure.detail)
    record_act(request.user, "login_refused", what=f"{used.name}: {kind.slug}")
    target = getattr(request, "login_target", own_path(request, request.GET.get("neste", "")))
    query = f"?{urlencode({'neste': target})}" if target else ""
    name = {"provider": used.name}
    return render(
        request,
        "accessctl/login_failed.html",
        {
            "kind": kind,
            "provider": used,
            "title": str(kind.title) % name,
            "text": str(kind.text) % name,
            "advice": str(kind.advice) % name,
            "again_url": reverse("accessctl:start", kwargs={"provider": used.slug}) + query if kind.again else "",
            "doors_url": reverse("accessctl:login") + query,
            "contacts": {contact.value for contact in kind.contacts},
            "schools": School.objects.all() if Contact.SCHOOL in kind.contacts else [],
        },
        status=kind.status,
    )
