"""Whether a document would get through, asked before it is queued: what is wrong, in words, and where it is mended.

Apps above add questions of their own from a module `preflight_checks`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accessctl.models import School
from archive import content, places
from archive.models import ArchiveFolder, Delivery, SchoolArchiveSettings, SchoolFolder
from archive.models.folders import SCHOOL_FOLDER
from archive.owners import owners_on
from archive.record import FileRef, Record
from schoolapp.lib.pdf.identify import PUIDS

APPROVED = frozenset(PUIDS.values()) | {"fmt/11", "fmt/12", "fmt/13", "fmt/43"}
State = Delivery.State


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is in the way. `sentence` is bokmål text that the catalogs know, so that it can be kept as it is.

    One that `may_stand` is a warning that a person can set aside by setting the document to «Klar».
    """

    code: str
    sentence: str | Promise
    place: str = ""
    may_stand: bool = False

    def url(self, school: School) -> str:
        return places.url(self.place, school)

    @property
    def action(self) -> str:
        return places.action(self.place)


OWNER = Problem("owner", gettext_lazy("Skolen mangler saksansvarlig. Skriv inn initialene fra arkivet."), places.OWNER)
OWNER_LEFT = Problem(
    "owner_left",
    gettext_lazy("Saksansvarlig for skolen er ikke lenger aktiv bruker. Registrer ny rektor fra riktig dato."),
    places.OWNER,
)
UNIT = Problem(
    "unit", gettext_lazy("Skolen mangler administrativ enhet. Skriv inn kortkoden fra arkivet."), places.SETUP
)
SERIES = Problem("series", gettext_lazy("Skolen mangler arkivdel. Skriv den inn i arkivoppsettet."), places.SETUP)
EXEMPTION = Problem(
    "exemption",
    gettext_lazy("Tilgangskode og unntakshjemmel må være satt begge to, eller ingen av dem. Rett dokumenttypen."),
    places.TYPES,
)
NO_FILE = Problem("no_file", gettext_lazy("Dokumentet har ingen fil. Lag en rettet versjon og ferdigstill den."))
FORMAT = Problem(
    "format",
    gettext_lazy("En av filene er ikke i et godkjent arkivformat (PDF/A). Lag en rettet versjon med filen som PDF/A."),
)
FILE = Problem(
    "file",
    gettext_lazy(
        "En av filene mangler eller er endret etter ferdigstilling. Lag en rettet versjon og ferdigstill den."
    ),
)
DUPLICATE = Problem(
    "duplicate",
    gettext_lazy(
        "Det samme dokumentet om eleven er alt arkivert eller venter på det. "
        "Skal begge arkiveres, setter du det til Klar."
    ),
    may_stand=True,
)
NO_FOLDER = Problem(
    "no_folder", gettext_lazy("Skolen har ingen skolemappe for skoleåret. Opprett den først."), places.FOLDERS
)
FOLDER_GROUP = Problem(
    "folder_group", gettext_lazy("Skolemappen mangler tilgangsgruppe. Skriv den inn på mappen."), places.FOLDERS
)
SCHOOL_FOLDER_CLOSED = Problem(
    "school_folder_closed",
    gettext_lazy("Skolemappen er avsluttet. Åpne den igjen, eller arkiver i mappen for neste skoleår."),
    places.FOLDERS,
)
PUPIL_FOLDER_CLOSED = Problem(
    "pupil_folder_closed",
    gettext_lazy("Elevmappen er avsluttet fordi eleven har sluttet. Åpne den igjen før du arkiverer mer."),
    places.PUPIL_FOLDERS,
)
PROBLEMS = (
    OWNER, OWNER_LEFT, UNIT, SERIES, EXEMPTION, NO_FILE, FORMAT, FILE, DUPLICATE, NO_FOLDER, FOLDER_GROUP,
    SCHOOL_FOLDER_CLOSED, PUPIL_FOLDER_CLOSED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document goes, and under which exemption: all that is asked of it but its text and files."""

    key: str
    kind: str
    access_code: str
    legal_basis: str

    @classmethod
    def of(cls, record: Record) -> "Place":
        return cls(record.folder.key, record.folder.kind, record.access_code, record.legal_basis)


# What an app above asks of some records at once: the problems it found, by the record's key.
Check = Callable[[Sequence[Record]], Mapping[str, list[Problem]]]
_checks: list[Check] = []


def register(check: Check) -> None:
    """Add what an app above knows to ask. Registering again changes nothing."""
    if check not in _checks:
        _checks.append(check)


class Facts:
    """What the checks need to know about some schools and folders, read at once: at most four queries, however many."""

    def __init__(self, schools: Iterable[School], folder_keys: Iterable[str]) -> None:
        here, keys = list(schools), list(folder_keys)
        self.settings = {row.school_id: row for row in SchoolArchiveSettings.objects.filter(school__in=here)}
        self.owners = owners_on([school.pk for school in here], settings=self.settings)
        years = [key for key in keys if key.startswith(SCHOOL_FOLDER)]
        folders = SchoolFolder.objects.filter(school__in=here).select_related("school") if years else ()
        self.school_folders = {folder.key: folder for folder in folders}
        closed = ArchiveFolder.objects.filter(key__in=keys, closed_on__isnull=False)
        self.closed = set(closed.values_list("key", flat=True))


def check(record: Record, school: School) -> list[Problem]:
    """Everything that is in the way of `record`; empty when it would be queued."""
    return check_all([(record, school)])[record.key]


def check_all(asked: Sequence[tuple[Record, School]]) -> dict[str, list[Problem]]:
    """The same of some records, by their keys, in as many queries as for one."""
    records = [record for record, _school in asked]
    facts = Facts({school for _record, school in asked}, [record.folder.key for record in records])
    known = [_duplicates(records), *(check(records) for check in _checks)]
    return {
        record.key: [
            *standing(Place.of(record), school, facts),
            *_files(record.files),
            *(problem for found in known for problem in found.get(record.key, ())),
        ]
        for record, school in asked
    }


def check_waiting(deliveries: Iterable[Delivery]) -> dict[int, list[Problem]]:
    """What is in the way of deliveries that wait, by their id: what may have changed since each was queued."""
    rows = list(deliveries)
    facts = Facts({row.school for row in rows}, [row.folder.key for row in rows])
    found = {}
    for row in rows:
        if row.record:
            record = content.from_json(row.record)
            found[row.pk] = [*standing(Place.of(record), row.school, facts), *_files(record.files)]
    return found


def standing(place: Place, school: School, facts: Facts) -> list[Problem]:
    """What is in the way that lies in the set-up of the school, its folders and the type."""
    found = [*_school(school, place.kind, facts), *_folder(place, facts)]
    return [*found, EXEMPTION] if bool(place.access_code) != bool(place.legal_basis) else found


def _school(school: School, kind: str, facts: Facts) -> list[Problem]:
    settings = facts.settings.get(school.pk) or SchoolArchiveSettings()
    owner = facts.owners.get(school.pk)
    found = []
    if owner is None:
        found.append(OWNER)
    elif owner.row and owner.row.user and not owner.row.user.is_active:
        found.append(OWNER_LEFT)
    if not settings.administrative_unit:
        found.append(UNIT)
    if not (settings.pupil_series if kind == ArchiveFolder.Kind.PUPIL else settings.school_series):
        found.append(SERIES)
    return found


def _folder(place: Place, facts: Facts) -> list[Problem]:
    """Pupil folders are made with the first document; school folders are opened by a person first."""
    if place.kind == ArchiveFolder.Kind.PUPIL:
        return [PUPIL_FOLDER_CLOSED] if place.key in facts.closed else []
    folder = facts.school_folders.get(place.key)
    if folder is None:
        return [NO_FOLDER]
    if folder.closed_on:
        return [SCHOOL_FOLDER_CLOSED]
    return [] if folder.access_group else [FOLDER_GROUP]


def _files(files: Iterable[FileRef]) -> list[Problem]:
    refs = list(files)
    if not refs:
        return [NO_FILE]
    found = [] if all(ref.puid in APPROVED for ref in refs) else [FORMAT]
    try:
        for ref in refs:
            content.read_checked(ref)
    except content.Swapped:
        found.append(FILE)
    return found


def _duplicates(records: Iterable[Record]) -> dict[str, list[Problem]]:
    """The same bytes under another key in the same folder."""
    first = {record.key: (record.folder.key, record.files[0].sha256) for record in records if record.files}
    same = Delivery.objects.filter(
        folder__key__in={folder for folder, _sha256 in first.values()},
        record__files__0__sha256__in=sorted({sha256 for _folder, sha256 in first.values()}),
    ).exclude(state__in=[State.WITHDRAWN, State.PARKED])
    there = set(same.values_list("external_key", "folder__key", "record__files__0__sha256")) if first else set()
    return {
        key: [DUPLICATE]
        for key, file in first.items()
        if any((folder, sha256) == file for other, folder, sha256 in there if other != key)
    }


def kept(problems: Iterable[Problem]) -> str:
    """The problems as they are kept on a delivery: one sentence a line, in bokmål."""
    with translation.override("nb"):
        return "\n".join(str(problem.sentence) for problem in problems)


def shown(words: str) -> str:
    """What is kept, in the reader's language."""
    return " ".join(_(line) for line in words.splitlines() if line)
