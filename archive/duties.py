"""Tasks of the year that end in the archive (handbook 6.2 and 11)."""

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from archive.models import SchoolFolder
from schoolapp.lib.gather import Answers, Asked
from schools.models import SchoolYear
from schools.wheel.duties import Counted, Duty, Progress, register


def ask_folders(year: SchoolYear, schools: Collection[School]) -> Asked:
    """The folder of the year and that of the next, of each school."""
    began = year.starts_on.year
    rows = SchoolFolder.objects.filter(school__in=schools, year__in=[began, began + 1]).order_by()
    return {"archive.folders": rows.values_list("school", "year", "closed_on")}


def tell_folders(year: SchoolYear, schools: Collection[School], answers: Answers) -> dict[int | None, Progress]:
    """Two things a school: the old one closed, and the next one opened. One that never had a folder only opens."""
    known = {(school, began): closed for school, began, closed in answers["archive.folders"]}
    now = year.starts_on.year
    found: dict[int | None, Progress] = {}
    for school in schools:
        had = (school.pk, now) in known
        done = int(had and known[school.pk, now] is not None) + int((school.pk, now + 1) in known)
        found[school.pk] = Progress(done, 1 + had)
    return found


register(
    Duty(
        "archive-year",
        _("Arkiver skoleårets dokumenter"),
        _("Standpunkt, vitnemål, protokoller, gruppeoversikter og rapporter skal være i arkivet innen 25. juni."),
        ("team",),
        (6, 25),
        after=("registers",),
        url_name="archive:log",
    ),
    Duty(
        "new-school-folder",
        _("Avslutt skolemappen, og opprett mappe for neste skoleår"),
        _("Gjøres under Arkivoppsett når alt for skoleåret er arkivert. Avslutt også mappen i arkivet."),
        ("kommuneadmin",),
        (6, 30),
        after=("archive-year",),
        progress=Counted(ask_folders, tell_folders),
        url_name="archive:folders",
    ),
    Duty(
        "close-pupil-folders",
        _("Avslutt elevmappene til elever som har sluttet"),
        _("Når alt er arkivert. Elevene og mappene står i listen."),
        ("team",),
        (6, 30),
        after=("archive-year",),
        url_name="archive:pupil_folders",
    ),
)
