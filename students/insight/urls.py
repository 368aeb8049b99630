from django.urls import path

from students.insight import views

app_name = "insight"
urlpatterns = [
    path("elever/<uuid:uuid>/innsyn/", views.tab, name="tab"),
    path("innsyn/<uuid:uuid>/fil/", views.fetch, name="fetch"),
]
