"""Our own page where Django answers a wrong method with an empty one."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from schoolapp.errors import not_served


class NotServedMiddleware:
    """Gives every 405 a page; the header that says which methods there are is kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.streaming or response.content:
            return response
        answer = not_served(request)
        answer.headers["Allow"] = response.headers.get("Allow", "")
        return answer
