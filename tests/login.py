"""A logged-in test client without the walk through a login provider."""

import time

from django.conf import settings
from django.http import HttpRequest
from django.test import Client

from accessctl.login.level import REASONS
from accessctl.login.providers import provider as provider_called
from accessctl.login.sealed import seal
from accessctl.login.session import Login, begin
from accessctl.models import User
from students.models import Student


def log_in(
    client: Client,
    user: User,
    *,
    provider: str = "idporten",
    acr: str = "idporten-loa-high",
    sid: str = "",
) -> None:
    """Log `client` in as `user` with the same function as the real callback uses."""
    request = HttpRequest()
    request.META.update(SERVER_NAME="testserver", SERVER_PORT="80")
    request.session = client.session
    begin(request, user, Login(provider=provider_called(provider), acr=acr, sid=sid))
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key


def give_reason(client: Client, student: Student, reason: str = "Samtale om skoleskyss") -> None:
    """What the page of a protected pupil asks for beyond a fresh login, as if it had just been typed."""
    session = client.session
    session[REASONS] = session.get(REASONS, {}) | {str(student.uuid): seal(reason)}
    session.save()


def grow_old(client: Client, minutes: int = 16) -> None:
    """Let the login of this session be `minutes` old, and the session still in use."""
    session = client.session
    session["login"] = session["login"] | {"auth_time": int(time.time()) - minutes * 60}
    session.save()
