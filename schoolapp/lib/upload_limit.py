"""Too large a request is answered before anything reads it: no half upload, no temporary file, and a clear page."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

FORM_ROOM = 1024 * 1024
# A browser shows our answer only when it has been allowed to send everything, so a moderate excess is read and dropped.
DRAINED = 512 * 1024 * 1024
CHUNK = 256 * 1024


class UploadLimitMiddleware:
    """Refuses by Content-Length, before the view and the form parser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        size = int(length) if length.isascii() and length.isdigit() else 0
        if size <= settings.MAX_UPLOAD_BYTES + FORM_ROOM:
            return self.get_response(request)
        drop_body(request, size)
        context = {"back": path_of(request), "limit": settings.MAX_UPLOAD_BYTES // (1024 * 1024)}
        return render(request, "errors/too_large.html", context, status=413)


def drop_body(request: HttpRequest, size: int) -> None:
    if size > DRAINED:
        return
    while request.read(CHUNK):
        pass


def path_of(request: HttpRequest) -> str:
    """The page of ours that the form stood on, or nothing."""
    parts = urlsplit(request.headers.get("Referer", ""))
    return parts.path if parts.netloc == request.get_host() and not parts.path.startswith("//") else ""
