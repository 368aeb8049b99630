from django.urls import path

from archive.views import setup, staff

app_name = "archive"
urlpatterns = [
    path("rapporter/arkiv/", staff.archive_log, name="log"),
    path("rapporter/arkiv/kjor/", staff.run_now, name="run_now"),
    path("rapporter/arkiv/klar/", staff.set_ready_many, name="set_ready_many"),
    path("rapporter/arkiv/oppsett/", setup.setup, name="setup"),
    path("rapporter/arkiv/oppsett/<uuid:uuid>/", setup.school_setup, name="school_setup"),
    path("rapporter/arkiv/<uuid:uuid>/", staff.receipt, name="receipt"),
    path("rapporter/arkiv/<uuid:uuid>/klar/", staff.set_ready, name="set_ready"),
]
