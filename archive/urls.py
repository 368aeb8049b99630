from django.urls import path

from archive.views import folders, owners, retry, setup, staff, systems

app_name = "archive"
urlpatterns = [
    path("rapporter/arkiv/", staff.archive_log, name="log"),
    path("rapporter/arkiv/kjor/", staff.run_now, name="run_now"),
    path("rapporter/arkiv/klar/", retry.set_ready_many, name="set_ready_many"),
    path("rapporter/arkiv/oppsett/", setup.setup, name="setup"),
    path("rapporter/arkiv/oppsett/system/", systems.system, name="system"),
    path("rapporter/arkiv/oppsett/system/bytt/", systems.system_switch, name="system_switch"),
    path("rapporter/arkiv/oppsett/<uuid:uuid>/", setup.school_setup, name="school_setup"),
    path("rapporter/arkiv/forhandskontroll/", folders.waiting, name="waiting"),
    path("rapporter/arkiv/skolemapper/", folders.folder_list, name="folders"),
    path("rapporter/arkiv/skolemapper/opprett/", folders.open_folders, name="open_folders"),
    path("rapporter/arkiv/skolemapper/<uuid:uuid>/", folders.folder, name="folder"),
    path("rapporter/arkiv/skolemapper/<uuid:uuid>/avslutt/", folders.close_folder, name="close_folder"),
    path("rapporter/arkiv/skolemapper/<uuid:uuid>/apne/", folders.reopen_folder, name="reopen_folder"),
    path("rapporter/arkiv/elevmapper/", folders.pupil_folders, name="pupil_folders"),
    path("rapporter/arkiv/saksansvarlig/", owners.handover_list, name="handover"),
    path("rapporter/arkiv/saksansvarlig/mapper.csv", owners.handover_csv, name="handover_csv"),
    path("rapporter/arkiv/saksansvarlig/<uuid:uuid>/", owners.owner, name="owner"),
    path("rapporter/arkiv/saksansvarlig/<uuid:uuid>/angre/", owners.undo_owner, name="undo_owner"),
    path("rapporter/arkiv/<uuid:uuid>/", staff.receipt, name="receipt"),
    path("rapporter/arkiv/<uuid:uuid>/klar/", staff.set_ready, name="set_ready"),
]
