"""Error pages in plain Norwegian. They name no object and show no data."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accessctl.guards import public


@public("feilside uten opplysninger")
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "errors/csrf.html", status=403)
