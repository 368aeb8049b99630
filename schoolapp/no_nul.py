"""PostgreSQL keeps no NUL in text, and nobody means to type one: it is dropped from what a request says."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

NUL = "\x00"


class NoNulMiddleware:
    """Drops NUL from the address's query and from the form, after the form has been checked for size and origin."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        if holds_nul(request.GET):
            request.GET = without_nul(request.GET)  # type: ignore[assignment]
        if request.method == "POST" and holds_nul(request.POST):
            request.POST = without_nul(request.POST)  # type: ignore[assignment]


def holds_nul(said: QueryDict) -> bool:
    return any(NUL in name or any(NUL in value for value in values) for name, values in said.lists())


def without_nul(said: QueryDict) -> QueryDict:
    kept = QueryDict(mutable=True)
    for name, values in said.lists():
        kept.setlistdefault(name.replace(NUL, ""), []).extend(value.replace(NUL, "") for value in values)
    kept._mutable = False
    return kept
