from django.urls import path

from accessctl.journal import views

app_name = "journal"
urlpatterns = [
    path("innsynslogg/", views.search, name="search"),
    path("innsynslogg/finn/", views.find, name="find"),
    path("innsynslogg/csv/", views.export, name="export"),
    path("innsynslogg/elev/<uuid:uuid>/", views.handout, name="handout"),
    path("innsynslogg/endringer/", views.changes, name="changes"),
    path("varsler/", views.alerts, name="alerts"),
    path("varsler/<uuid:uuid>/vurder/", views.assess, name="assess"),
]
