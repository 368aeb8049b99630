"""The project's URLs and the two views pages are measured against."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from accessctl.guards import public, signed_in
from people.models import Person

ROWS = engines["django"].from_string(
    "<!doctype html><title>Hundre rader</title><table>{% for row in rows %}<tr><td>{{ row.family_name }}</td>"
    "<td>{{ row.given_name }}</td><td>{{ row.birth_date }}</td><td>{{ row.written_form }}</td></tr>{% endfor %}</table>"
)


@public("måler hva en tom visning koster")
def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


@signed_in("måler hva hundre rader koster")
@login_required
def hundred_rows(request: HttpRequest) -> HttpResponse:
    """One query and one template, as the shortest Django tutorial has it."""
    return HttpResponse(ROWS.render({"rows": Person.objects.order_by("pk")[:100]}, request))


urlpatterns = [
    path("bench/ingenting/", nothing),
    path("bench/hundre/", hundred_rows),
    path("", include("schoolapp.urls")),
]
