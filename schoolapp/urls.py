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
    path("", include("schools.calendar_feed.urls")),
    path("", include("schools.search_urls")),
    path("", include("staff.urls")),
    path("", include("students.urls")),
    path("", include("students.statistics.urls")),
    path("", include("students.insight.urls")),
    path("", include("guardians.urls")),
    path("", include("guardians.exchange.urls")),
    path("", include("archive.urls")),
    path("", include("messaging.urls")),
    path("", include("documents.urls")),
    path("", include("admissions.urls")),
    path("", include("admissions.moves.urls")),
    path("", include("admissions.year.urls")),
    path("", include("guardians.everybody.urls")),
    path("administrasjon/", site.urls),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
