"""Gives each request its number, notes who changes what, logs refusals, and shows nothing that cannot be logged."""

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pghistory
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language

from accessctl.audit import NotLogged, record_refusal
from accessctl.login.level import method_name
from schoolapp.lib import request_id

log = logging.getLogger("schoolapp.audit")
HEADER = "X-Request-ID"
REFUSALS = (403, 404)
CHANGES_NOTHING = ("GET", "HEAD", "OPTIONS")


class JournalMiddleware:
    """Stands outside AccessMiddleware, so that what it writes of a refusal outlives the refused request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with request_id.begun(method_name(request)) as current:
            if request.method in CHANGES_NOTHING:
                response = self.get_response(request)
            else:
                with pghistory.context(user=request.user.pk, request=str(current.id)):
                    response = self.get_response(request)
            response = self.note_refusal(request, response)
            response[HEADER] = str(current.id)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return self.refuse(request) if isinstance(exception, NotLogged) else None

    def note_refusal(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """A line for somebody who asked for what they may not have: which page, and whom it was about."""
        match = request.resolver_match
        if response.status_code not in REFUSALS or match is None or not request.user.is_authenticated:
            return response
        named = match.kwargs.get("uuid")
        try:
            record_refusal(
                request.user,
                what=f"{getattr(response, 'refused', response.status_code)} {match.view_name}",
                named=named if isinstance(named, UUID) else None,
            )
        except NotLogged:
            return self.refuse(request)
        return response

    @staticmethod
    def refuse(request: HttpRequest) -> HttpResponse:
        """Rendered without request, context processors or database, since the database is what failed."""
        log.error("the access log took no line for %s", getattr(request.resolver_match, "view_name", ""))
        current: Any = request_id.current()
        context = {"reference": str(current.id)[:8] if current else "", "language": get_language() or "nb"}
        return HttpResponse(render_to_string("errors/not_logged.html", context), status=503)
