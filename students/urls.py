from django.urls import path

from students.emergency.views import emergency
from students.views import access, pupil, staff

app_name = "students"
urlpatterns = [
    path("elever/", staff.pupil_list, name="list"),
    path("elever/<uuid:uuid>/", staff.pupil, name="pupil"),
    path("elever/<uuid:uuid>/tilgang/", access.watchers, name="watchers"),
    path("innsyn/hvem-kan-se/", access.find, name="find_watchers"),
    path("nodtilgang/", emergency, name="emergency"),
    path("min-side/", pupil.own_page, name="own"),
]
