from django.urls import include, path

from accessctl.console import site
from schoolapp import doors, errors, language

urlpatterns = [
    path("", doors.home, name="home"),
    path("spraak/", language.choose, name="language"),
    path("", include("accessctl.urls")),
    path("", include("accessctl.rights.urls")),
    path("", include("students.rights.urls")),
    path("", include("students.groups.urls")),
    path("", include("accessctl.journal.urls")),
    path("", include("schools.urls")),
    path("", include("students.urls")),
    path("", include("guardians.urls")),
    path("", include("archive.urls")),
    path("", include("documents.urls")),
    path("administrasjon/", site.urls),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
