from django.urls import path

from guardians.exchange import views

app_name = "exchange"
urlpatterns = [
    path("oppsett/eksport/", views.exports, name="exports"),
    path("oppsett/eksport/ny/", views.ask, name="ask"),
    path("oppsett/eksport/<uuid:uuid>/fil/", views.fetch, name="fetch"),
]
