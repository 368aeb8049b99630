"""Where to go after login. Only to our own pages."""

from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

RESUME = "/logg-inn/fortsett/"


def own_path(request: HttpRequest, url: str, default: str = "") -> str:
    """Path and query of `url` if it leads to this host and not back into login or logout; otherwise `default`."""
    allowed = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    parts = urlsplit(url) if allowed else None
    if parts is None or not parts.path.startswith("/") or parts.path.startswith("//"):
        return default
    if parts.path.startswith(("/logg-inn/", "/logg-ut/")) and parts.path != RESUME:
        return default
    return urlunsplit(("", "", parts.path, parts.query, ""))
