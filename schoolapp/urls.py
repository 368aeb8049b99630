from django.urls import include, path

from accessctl.console import site

urlpatterns = [
    path("", include("accessctl.urls")),
    path("administrasjon/", site.urls),
]
