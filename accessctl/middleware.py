"""The gate every request passes."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accessctl import wall
from accessctl.guards import AnyOf, Public, SignedIn, access_of
from accessctl.login import confirm, drafts, session
from accessctl.login.level import ConfirmFirst, is_fresh, is_two_factor, screen_needs_fresh
from accessctl.login.targets import own_path
from accessctl.permissions import ONE_FACTOR_IS_ENOUGH, Permission

# No page has a use for the others, and a view that forgot to ask would serve them all as GET.
METHODS = ("GET", "HEAD", "POST")
security_log = logging.getLogger("schoolapp.security")


class AccessMiddleware:
    """Fails closed: a view that declares no access is refused to everyone.

    View and template run in one transaction, in which the database shows the user's rows alone (accessctl.wall).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wall.refuse_power()
        with wall.around_request() as kept:
            request.request_transaction = kept  # type: ignore[attr-defined]
            response = self.get_response(request)
            kept.undo |= response.status_code >= 500
        drafts.mark_owner(request, response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        answer = self.gate(request, view)
        if answer is None:
            wall.raise_for(None if isinstance(access_of(view), Public) else request.user)
        return answer

    def gate(self, request: HttpRequest, view: Callable[..., Any]) -> HttpResponse | None:
        """The answer to somebody who may not call `view`, or None to go on. Raises PermissionDenied."""
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        if request.user.is_authenticated and not session.is_current(request):
            session.end(request)
        access = declared = access_of(view)
        if isinstance(access, Public):
            return None
        if access is None:
            security_log.error("view without access rule: %s.%s", view.__module__, getattr(view, "__qualname__", "?"))
            raise PermissionDenied
        if not request.user.is_authenticated:
            return self.to_login(request)
        if isinstance(access, AnyOf):
            access = next((right for right in access.permissions if request.user.holds(right)), access.permissions[0])
        if not isinstance(access, SignedIn) and not request.user.holds(access):
            security_log.warning("refused %s to user %s", access.value, request.user.pk)
            raise PermissionDenied(access)
        if isinstance(access, Permission) and access not in ONE_FACTOR_IS_ENOUGH and not is_two_factor(request):
            return confirm.one_factor(request)
        content = screen_needs_fresh(declared, request.method) if isinstance(declared, Permission) else None
        if content and not is_fresh(request):
            return confirm.answer(request, ConfirmFirst(content))
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Whatever view was about to open something that asks for more than a login gives way to that question.

        What a view did before it failed is undone; before it refused, it is kept, and so is the log of that.
        """
        if isinstance(exception, ConfirmFirst):
            return confirm.answer(request, exception)
        if not isinstance(exception, Http404 | PermissionDenied):
            request.request_transaction.undo = True  # type: ignore[attr-defined]
        return None

    @staticmethod
    def to_login(request: HttpRequest) -> HttpResponse:
        """Send to the login page, keeping the deep link, and what was typed if a form was sent.

        htmx follows a header, since a redirect would be swapped into the page.
        """
        is_htmx = bool(request.headers.get("HX-Request"))
        if request.method == "POST" and drafts.keep(request):
            target = reverse("accessctl:resume")
        elif request.method == "GET" and not is_htmx:
            target = request.get_full_path()
        else:
            page = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
            target = own_path(request, page, default="/")
        url = f"{reverse('accessctl:login')}?{urlencode({'neste': target})}"
        return HttpResponse(status=401, headers={"HX-Redirect": url}) if is_htmx else redirect(url)
