"""A URL configuration with a view that forgot to say who may call it."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def forgotten(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hemmelig")


urlpatterns = [path("uten-regel/", forgotten)]
