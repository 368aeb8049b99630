from django.urls import path

from students.rights import grant_views, views

app_name = "rights"
urlpatterns = [
    path("tilganger/", views.people, name="people"),
    path("tilganger/ansattnummer/", views.by_number, name="by_number"),
    path("tilganger/<uuid:uuid>/", views.person, name="person"),
    path("tilganger/<uuid:uuid>/rolle/", views.give_role, name="give_role"),
    path("tilganger/<uuid:uuid>/saerskilt/", grant_views.give, name="give_grant"),
    path("tilganger/rolle/<uuid:uuid>/", views.assignment, name="assignment"),
    path("tilganger/saerskilt/<uuid:uuid>/", grant_views.grant, name="grant"),
    path("tilganger/forslag/<uuid:uuid>/", grant_views.proposal, name="proposal"),
]
