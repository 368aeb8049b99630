"""What is told of folders: those of a pupil, and a school's for each year with what is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.models import School, User
from accessctl.permissions import Permission
from archive.models import ArchiveFolder, Delivery, FormerNumber, SchoolArchiveSettings, SchoolFolder
from archive.owners import Owner, owners_on
from students.models import Enrolment, Student

MOST_LEAVERS = 20_000
COMPLETE_FROM = date(2009, 1, 1)  # born from this day on: the folder in the archive is complete (handbook 6.3)


@dataclass(frozen=True, slots=True)
class PupilFolder:
    """A pupil's folder as a person looks for it in the archive. `note` says what else there is to look through."""

    number: str
    word: str
    note: str = ""
    closed_on: date | None = None
    formers: Sequence[FormerNumber] = ()


def of_pupil(student: UUID) -> PupilFolder:
    """The folder of a pupil the caller has already been let to see."""
    with wall.lifted("the pupil has been found among those the reader sees; only the number comes out"):
        folder = ArchiveFolder.objects.filter(key=f"elevmappe:{student}").first()
        born = Student.objects.filter(uuid=student).values_list("person__birth_date", flat=True).first()
    note = "" if is_complete(born) else older_part()
    formers = folder.formers if folder else []
    if folder is None or not folder.case_year:
        return PupilFolder("", _("Mappen får nummer når det første dokumentet er arkivert."), note, formers=formers)
    word = _("Elevmappe %(number)s") % {"number": folder}
    return PupilFolder(str(folder), word, note, folder.closed_on, formers)


def is_complete(born: date | None) -> bool:
    """Whether all of the pupil's folder is in the archive system (handbook 6.3). Unknown counts as complete."""
    return born is None or born >= COMPLETE_FROM


def older_part() -> str:
    return _(
        "Eleven er født før 1. januar 2009. Elevmappen i arkivet er ikke fullstendig: den eldre delen ligger på papir "
        "eller i et tidligere system. Nye dokumenter legges i mappen i arkivet."
    )


@dataclass
class Row:
    """One school in the list of a year."""

    school: School
    folder: SchoolFolder | None
    owner: Owner | None
    missing: list[str] = field(default_factory=list)


def of_year(schools: Iterable[School], year: int) -> list[Row]:
    """Each school with its folder for the year, and what is missing. Four queries, however many schools."""
    all_schools = list(schools)
    folders = {f.school_id: f for f in SchoolFolder.objects.filter(school__in=all_schools, year=year)}
    settings = {s.school_id: s for s in SchoolArchiveSettings.objects.filter(school__in=all_schools)}
    owners = owners_on([school.pk for school in all_schools])
    return [
        Row(
            school,
            folder := folders.get(school.pk),
            owner := owners.get(school.pk),
            missing(folder, owner, settings.get(school.pk)),
        )
        for school in all_schools
    ]


def missing(folder: SchoolFolder | None, owner: Owner | None, settings: SchoolArchiveSettings | None) -> list[str]:
    found = []
    if owner is None:
        found.append(_("saksansvarlig"))
    if settings is None or not settings.administrative_unit:
        found.append(_("administrativ enhet"))
    if folder is None:
        return [*found, _("skolemappe")]
    named = {
        _("arkivdel"): folder.series,
        _("tilgangsgruppe"): folder.access_group,
        _("tilgangskode"): folder.access_code,
        _("klassering"): folder.classes,
        _("år og sekvensnummer"): folder.number,
    }
    return found + [name for name, value in named.items() if not value]


@dataclass(frozen=True, slots=True)
class Leaver:
    """A pupil folder that is to be closed, or was, since the pupil has left."""

    folder: ArchiveFolder
    student: Student


def of_leavers(user: User, *, closed: bool = False) -> list[Leaver]:
    """Pupil folders of pupils who have no place at any school now or to come, the newest first.

    Those whose documents the user may send to the archive, so nobody with address protection unless granted.
    """
    mine = Delivery.objects.visible_to(user, Permission.RUN_ARCHIVE).filter(about__isnull=False).order_by()
    folders = ArchiveFolder.objects.filter(
        pk__in=mine.values("folder"), kind=ArchiveFolder.Kind.PUPIL, closed_on__isnull=not closed
    ).exclude(system_id="")
    by_pupil = {UUID(folder.key.partition(":")[2]): folder for folder in folders.order_by("-pk")[:MOST_LEAVERS]}
    with wall.lifted("pupils who have left belong to no school any more; they are found by their documents"):
        here = Enrolment.objects.filter(state__in=[Enrolment.State.ACTIVE, Enrolment.State.PLANNED])
        left = Student.objects.filter(uuid__in=list(by_pupil)).exclude(pk__in=here.values("student"))
        return [Leaver(by_pupil[pupil.uuid], pupil) for pupil in left.select_related("person").order_by("sort_name")]


def leaver(user: User, student: UUID) -> ArchiveFolder | None:
    """The folder of a pupil whose documents the user may send to the archive."""
    mine = Delivery.objects.visible_to(user, Permission.RUN_ARCHIVE).filter(about=student).order_by()
    return ArchiveFolder.objects.filter(key=f"elevmappe:{student}", pk__in=mine.values("folder")).first()


def school_folder(key: str) -> SchoolFolder | None:
    """The school folder with this key, if it is the key of one."""
    kind, _sign, rest = key.partition(":")
    school, _sign, year = rest.partition(":")
    if kind != "skolemappe" or not year.isdecimal():
        return None
    return SchoolFolder.objects.filter(school__uuid=school, year=int(year)).first()


def note_number(key: str, year: int | None, number: int | None) -> None:
    """The archive has made or found the folder, and this is its number."""
    if year and number and (folder := school_folder(key)):
        SchoolFolder.objects.filter(pk=folder.pk).update(case_year=year, sequence_number=number)
