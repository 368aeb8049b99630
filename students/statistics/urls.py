from django.urls import path

from students.statistics import views

app_name = "statistics"
urlpatterns = [
    path("rapporter/gsi/", views.overview, name="overview"),
    path("rapporter/gsi/fil/", views.sum_as_file, name="sum_file"),
    path("rapporter/gsi/<uuid:uuid>/", views.one_school, name="school"),
    path("rapporter/gsi/<uuid:uuid>/fil/", views.as_file, name="file"),
    path("rapporter/gsi/tall/<uuid:uuid>/", views.correct, name="correct"),
]
