from django.urls import path

from schools.calendar_feed import views

app_name = "calendar_feed"
urlpatterns = [
    path("min-kalender/", views.page, name="page"),
    path("min-kalender/ny-adresse/", views.make, name="make"),
    path("min-kalender/slett-adresse/", views.end, name="end"),
    path("kalender/<str:token>.ics", views.feed, name="feed"),
]
