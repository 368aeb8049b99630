"""The gate every request passes."""

import logging

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accessctl.guards import Public, SignedIn, access_of

security_log = logging.getLogger("schoolapp.security")


class AccessMiddleware:
    """Fails closed: a view that declares no access is refused to everyone."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        access = access_of(view)
        if isinstance(access, Public):
            return None
        if access is None:
            security_log.error("view without access rule: %s.%s", view.__module__, getattr(view, "__qualname__", "?"))
            raise PermissionDenied
        if not request.user.is_authenticated:
            return self.to_login(request)
        if not isinstance(access, SignedIn) and not request.user.holds(access):
            security_log.warning("refused %s to user %s", access.value, request.user.pk)
            raise PermissionDenied
        return None

    @staticmethod
    def to_login(request: HttpRequest) -> HttpResponse:
        """Send to the login page, keeping the deep link. htmx follows a header, since a redirect would be swapped in."""
        target = request.get_full_path() if request.method == "GET" else request.headers.get("Referer", "/")
        url = f"{reverse('accessctl:login')}?{urlencode({'neste': target})}"
        if request.headers.get("HX-Request"):
            return HttpResponse(status=401, headers={"HX-Redirect": url})
        return redirect(url)
