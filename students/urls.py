from django.urls import path

from students.views import pupil, staff

app_name = "students"
urlpatterns = [
    path("elever/", staff.pupil_list, name="list"),
    path("elever/<uuid:uuid>/", staff.pupil, name="pupil"),
    path("min-side/", pupil.own_page, name="own"),
]
