"""The only authentication backend: who a login provider says this is, found among those we know."""

import logging
from dataclasses import dataclass
from typing import Any

import pghistory
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from accessctl.audit import record_event
from accessctl.login import failures
from accessctl.login.exchange import Refused, Unreachable, get_json, post_form
from accessctl.login.failures import LoginFailed
from accessctl.login.metadata import metadata
from accessctl.login.providers import Provider
from accessctl.login.session import Login, remember_for_logout
from accessctl.login.tokens import InvalidToken, client_proof, validated
from accessctl.models import LoginIdentity, User

security_log = logging.getLogger("schoolapp.security")


@dataclass
class Attempt:
    """A login under way: what this browser asked for when it left, and, after the callback, what it brought."""

    provider: Provider
    minimum_acr: str
    target: str
    same_user: int | None = None
    login: Login | None = None


def redirect_uri(provider: Provider) -> str:
    """The registered address of our callback. Built from BASE_URL, never from what the request calls us."""
    return str(settings.BASE_URL).rstrip("/") + reverse("accessctl:callback", kwargs={"provider": provider.slug})


class ProviderBackend(OIDCAuthenticationBackend):
    """mozilla-django-oidc's code flow, with several providers, full token validation, and no accounts by e-mail."""

    attempt: Attempt
    provider: Provider

    def __init__(self) -> None:
        """The inherited one reads a single provider from settings."""
        self.UserModel = User

    def authenticate(
        self, request: HttpRequest | None, *, nonce: str = "", code_verifier: str = "", **credentials: Any
    ) -> User | None:
        """Exchange the code of the callback. Raises LoginFailed; anything but a callback is nobody."""
        attempt = getattr(request, "login_attempt", None)
        if request is None or attempt is None:
            return None
        self.attempt, self.provider = attempt, attempt.provider
        try:
            user: User | None = super().authenticate(request, nonce=nonce, code_verifier=code_verifier)
            return user
        except Unreachable as error:
            raise LoginFailed(failures.UNREACHABLE, str(error)) from error
        except Refused as error:
            raise LoginFailed(failures.NOT_OURS, f"token endpoint: {error}") from error
        except InvalidToken as error:
            raise LoginFailed(failures.REJECTED, f"id_token: {error}") from error

    def get_settings(self, attr: str, *args: Any) -> Any:
        if attr == "OIDC_AUTHENTICATION_CALLBACK_URL":
            # The inherited code only builds an address from it that get_token() replaces.
            return "accessctl:login"
        return OIDCAuthenticationBackend.get_settings(attr, *args)

    @property
    def OIDC_RP_CLIENT_ID(self) -> str:
        return self.provider.client_id

    @property
    def OIDC_RP_CLIENT_SECRET(self) -> str:
        return self.provider.client_secret

    def get_token(self, payload: dict[str, str]) -> dict[str, Any]:
        """Exchange the code, proving who we are by the provider's registered method."""
        fields, headers = client_proof(self.provider)
        fields |= {name: payload[name] for name in ("grant_type", "code", "code_verifier")}
        fields["redirect_uri"] = redirect_uri(self.provider)
        return post_form(metadata(self.provider)["token_endpoint"], fields, headers=headers)

    def verify_token(self, token: Any, **kwargs: Any) -> dict[str, Any]:
        return validated(token, self.provider, nonce=kwargs.get("nonce", ""))

    def store_tokens(self, access_token: str, id_token: str) -> None:
        """The access token is used once and kept nowhere; the id_token goes encrypted to the session, for logout."""

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> User:
        """The user behind validated claims. Raises LoginFailed with the reason when there is none to log in."""
        login = self.attempt.login = login_of(payload, self.provider, id_token)
        if not self.request.user.is_authenticated:
            remember_for_logout(self.request, login)
        if not self.provider.meets(login.acr, self.attempt.minimum_acr):
            raise LoginFailed(failures.LEVEL_TOO_LOW, f"acr {login.acr or 'missing or unknown'}")
        claims = payload | self.get_userinfo(access_token, id_token, payload)
        return find_user(self.provider, subject=payload["sub"], claims=claims)

    def get_userinfo(self, access_token: str, id_token: str, payload: dict[str, Any]) -> dict[str, Any]:
        """What the provider tells beyond the id_token; it must be about the same subject (OIDC Core 5.3.2)."""
        if not self.provider.asks_userinfo:
            return {}
        told = get_json(metadata(self.provider)["userinfo_endpoint"], token=access_token)
        if told.get("sub") != payload["sub"]:
            raise InvalidToken("userinfo is about somebody else")
        wanted = ("name", self.provider.national_id_claim)
        return {claim: told[claim] for claim in wanted if claim in told}

    def get_user(self, user_id: Any) -> User | None:
        """The user of a session, asked at every request; one who has been closed is nobody."""
        return User.objects.filter(pk=user_id, is_active=True).first()


def login_of(claims: dict[str, Any], provider: Provider, id_token: str) -> Login:
    """The facts about a login that the session keeps. `amr` comes as a list or, in old examples, as a string."""
    amr = claims.get("amr") or []
    acr = str(claims.get("acr") or "")
    return Login(
        provider=provider,
        acr=acr if acr in provider.levels else "",
        amr=tuple(str(method) for method in (amr if isinstance(amr, list) else [amr])),
        auth_time=claims["auth_time"] if isinstance(claims.get("auth_time"), int) else 0,
        sid=str(claims.get("sid") or "")[:200],
        id_token=id_token,
    )


def find_user(provider: Provider, *, subject: str, claims: dict[str, Any]) -> User:
    """The user of (issuer, subject), found by national id the first time and checked against it every time.

    Never by e-mail. Raises LoginFailed when nobody is found, the user is closed, or the two do not agree.
    """
    known = LoginIdentity.objects.filter(issuer=provider.issuer, subject=subject).select_related("user").first()
    user = _person_behind(provider, known, claims)
    if user is None:
        raise LoginFailed(failures.no_account(provider))
    pghistory.context(user=user.pk)
    identity = known or _linked(provider, subject, user)
    if identity.user_id != user.pk:
        raise LoginFailed(failures.IDENTITY_CONFLICT, f"identity {identity.pk} is not user {user.pk}")
    if not user.is_active:
        raise LoginFailed(failures.CLOSED, f"user {user.pk}")
    return user


def _person_behind(provider: Provider, known: LoginIdentity | None, claims: dict[str, Any]) -> User | None:
    national_id = str(claims.get(provider.national_id_claim) or "")
    directory = settings.LOGIN_DIRECTORY
    if national_id:
        found: User | None = import_string(f"{directory}.account_for")(
            national_id, name=str(claims.get("name") or "")[:200]
        )
        return found
    if known is None:
        raise LoginFailed(failures.no_national_id(provider))
    again: User | None = import_string(f"{directory}.account_again")(known.user)
    return again


def _linked(provider: Provider, subject: str, user: User) -> LoginIdentity:
    identity, is_new = LoginIdentity.objects.get_or_create(
        issuer=provider.issuer, subject=subject, defaults={"user": user}
    )
    if is_new:
        record_event(user, "link_identity", identity, ground=provider.slug)
        security_log.info("identity at %s linked to user %s", provider.slug, user.pk)
    return identity
