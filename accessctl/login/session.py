"""What a login leaves in the session, how long it lasts, and how it ends."""

from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.http import HttpRequest

from accessctl.login import drafts
from accessctl.login.devices import named
from accessctl.login.level import REASONS
from accessctl.login.providers import Provider, provider
from accessctl.login.sealed import seal, unseal
from accessctl.models import LoginSession, User
from schoolapp.lib import clock

LOGIN = "login"
HINT = "logout_hint"
BACKEND = "accessctl.login.backend.ProviderBackend"
LONGEST_LOGIN = timedelta(hours=24)


@dataclass(frozen=True)
class Login:
    """What the provider said about this login. `acr` is empty for one-factor Feide, `sid` where there is none."""

    provider: Provider
    acr: str = ""
    amr: tuple[str, ...] = ()
    auth_time: int = 0
    sid: str = ""
    id_token: str = ""


def begin(request: HttpRequest, user: User, login: Login) -> None:
    """Start a session for `user` under a new key. Whatever session the browser had before is dead at the server.

    Only what the same user had typed comes along: a form (accessctl.login.drafts), and reasons for opening something.
    """
    draft = drafts.take(request, user)
    reasons = request.session.get(REASONS) if getattr(request, "user", None) == user else None
    _forget(request.session.session_key)
    request.session.flush()
    auth.login(request, user, backend=BACKEND)
    now = clock.now()
    request.session[LOGIN] = {
        "provider": login.provider.slug,
        "acr": login.acr,
        "amr": list(login.amr),
        "auth_time": login.auth_time or int(now.timestamp()),
        "iss": login.provider.issuer,
        "sid": login.sid,
        "expires_at": int((now + login.provider.max_age).timestamp()),
    }
    remember_for_logout(request, login)
    drafts.put(request, draft)
    if reasons:
        request.session[REASONS] = reasons
    request.session.save()
    user.login_sessions.filter(created_at__lt=now - LONGEST_LOGIN).delete()
    LoginSession.objects.create(
        user=user,
        session_key=request.session.session_key or "",
        issuer=login.provider.issuer,
        sid=login.sid,
        acr=login.acr,
        device=named(request.headers.get("User-Agent", "")),
    )


def remember_for_logout(request: HttpRequest, login: Login) -> None:
    """Keep the id_token, encrypted, for the logout at the provider; also for those who have no account here."""
    request.session[HINT] = {
        "provider": login.provider.slug,
        "id_token": seal(login.id_token),
    }


def logout_hint(request: HttpRequest) -> tuple[Provider | None, str]:
    """The provider to log out from and the id_token to show it; (None, "") when nobody logged in."""
    hint = request.session.get(HINT)
    if not hint or hint["provider"] not in settings.LOGIN_PROVIDERS:
        return None, ""
    return provider(hint["provider"]), unseal(hint["id_token"], max_age=int(LONGEST_LOGIN.total_seconds())) or ""


def is_current(request: HttpRequest) -> bool:
    """Whether the session came from a provider and is within its absolute age (the idle limit is the session's own)."""
    login = request.session.get(LOGIN)
    return login is not None and clock.now().timestamp() < login["expires_at"]


def alive(rows: QuerySet[LoginSession]) -> list[LoginSession]:
    """Those of `rows` whose session is still there; the index keeps a row for a day after its session ran out."""
    keys = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=clock.now()
        ).values_list("session_key", flat=True)
    )
    return [row for row in rows if row.session_key in keys]


def end(request: HttpRequest) -> None:
    """End the session of this browser."""
    _forget(request.session.session_key)
    auth.logout(request)


def end_by_sid(used: Provider, sid: str) -> set[str]:
    """End every session that belongs to the provider's `sid`, and give back their keys. Harmless to repeat."""
    if not sid or "\x00" in sid:
        return set()
    return end_rows(LoginSession.objects.filter(issuer=used.issuer, sid=sid))


def end_by_subject(used: Provider, subject: str) -> set[str]:
    """End every session that the provider's `subject` has through this provider."""
    owner = User.objects.filter(identities__issuer=used.issuer, identities__subject=subject)
    return end_rows(LoginSession.objects.filter(issuer=used.issuer, user__in=owner))


def end_all(user: User) -> set[str]:
    """End every session of `user`, on all devices."""
    return end_rows(user.login_sessions.all())


def end_rows(rows: QuerySet[LoginSession]) -> set[str]:
    """End the sessions behind `rows`, and give back their keys."""
    keys = set(rows.values_list("session_key", flat=True))
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    for key in keys:
        store.delete(key)
    LoginSession.objects.filter(session_key__in=keys).delete()
    return keys


def _forget(session_key: str | None) -> None:
    if session_key:
        LoginSession.objects.filter(session_key=session_key).delete()
