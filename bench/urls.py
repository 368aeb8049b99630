"""The project's URLs and one view that does nothing, behind the same middleware."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from accessctl.guards import public


@public("måler hva en tom visning koster")
def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("bench/ingenting/", nothing), path("", include("schoolapp.urls"))]
