from django.urls import path

from students.groups import views

app_name = "groups"
urlpatterns = [
    path("klasser/", views.groups, name="list"),
    path("klasser/<uuid:uuid>/", views.group, name="group"),
    path("klasser/<uuid:uuid>/ansvar/", views.add, name="add"),
    path("klasser/<uuid:uuid>/avslutt/", views.end, name="end"),
]
