"""Views that forgot their filter, behind the real middleware: the wall in the database alone decides what comes out."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

from accessctl.guards import public, signed_in
from students.models import Student


def every_row(table: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {connection.ops.quote_name(table)}")
        return [pk for (pk,) in cursor.fetchall()]


@signed_in("ingen avgrensning, for å prøve muren")
def rows(request: HttpRequest, table: str) -> JsonResponse:
    return JsonResponse({"ids": every_row(table)})


@public("ingen avgrensning, for å prøve muren")
def rows_for_anyone(request: HttpRequest, table: str) -> JsonResponse:
    return JsonResponse({"ids": every_row(table)})


@signed_in("feiler, for å prøve muren")
def fail(request: HttpRequest) -> HttpResponse:
    Student.objects.update(home_class_name="feil")
    raise RuntimeError


@signed_in("svelger en feil, for å prøve muren")
def swallow(request: HttpRequest) -> HttpResponse:
    try:
        every_row("finnes_ikke")
    except Exception:
        return HttpResponse("ok")
    raise AssertionError


@signed_in("flytter alle elever, for å prøve muren")
def move(request: HttpRequest, school: int) -> JsonResponse:
    return JsonResponse({"moved": Student.objects.update(school_id=school)})


urlpatterns = [
    path("apen/<str:table>/", rows),
    path("apen-for-alle/<str:table>/", rows_for_anyone),
    path("feiler/", fail),
    path("svelger/", swallow),
    path("flytter/<int:school>/", move),
    path("", include("schoolapp.urls")),
]
