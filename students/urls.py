from django.urls import path

from students.elsewhere import views as elsewhere
from students.emergency.views import emergency
from students.lists import views as lists
from students.views import access, pupil, staff, tabs

app_name = "students"
urlpatterns = [
    path("elever/", staff.pupil_list, name="list"),
    path("elever/visninger/", lists.views, name="views"),
    path("elever/visninger/<uuid:uuid>/slett/", lists.remove_view, name="delete_view"),
    path("elever/handling/", lists.bulk, name="bulk"),
    path("elever/uttrekk/", lists.taken_out, name="take_out"),
    path("elever/<uuid:uuid>/", staff.pupil, name="pupil"),
    path("elever/<uuid:uuid>/kontakt/", tabs.contact, name="contact"),
    path("elever/<uuid:uuid>/grupper/", tabs.groups, name="groups"),
    path("elever/<uuid:uuid>/historikk/", tabs.history, name="history"),
    path("elever/<uuid:uuid>/annet-sted/", elsewhere.new, name="elsewhere"),
    path("elever/annet-sted/<uuid:uuid>/", elsewhere.change, name="change_elsewhere"),
    path("elever/<uuid:uuid>/neste/", tabs.step, name="step"),
    path("elever/<uuid:uuid>/tilgang/", access.watchers, name="watchers"),
    path("innsyn/hvem-kan-se/", access.find, name="find_watchers"),
    path("nodtilgang/", emergency, name="emergency"),
    path("min-side/", pupil.own_page, name="own"),
]
