"""A logged-in test client without the walk through a login provider."""

from django.conf import settings
from django.http import HttpRequest
from django.test import Client

from accessctl.login.providers import provider as provider_called
from accessctl.login.session import Login, begin
from accessctl.models import User


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
