"""The list for the archive: which folders have a new case owner, and from when."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils.translation import gettext as _

from accessctl.models import School, User
from accessctl.permissions import Permission
from archive.models import ArchiveFolder, CaseOwner, Delivery, SchoolArchiveSettings, SchoolFolder
from schoolapp.lib import clock
from students.lists.tables import Table, Value, to_csv

SHOWN_FOR = timedelta(days=90)


@dataclass(slots=True)
class Change:
    row: CaseOwner
    former: str
    school_folders: list[SchoolFolder] = field(default_factory=list)
    pupil_folders: list[str] = field(default_factory=list)


def changes(user: User) -> list[Change]:
    """What has changed lately or will change, with the open folders the archive has numbers for.

    Folders are named by number alone. Those of pupils the user may not see are not among them.
    """
    schools = list(School.objects.visible_to(user, Permission.EDIT_ARCHIVE_SETTINGS))
    found = _rows_with_former(schools)
    ids = {change.row.school_id for change in found}
    numbered = SchoolFolder.objects.filter(school__in=ids, closed_on=None, case_year__isnull=False)
    own = defaultdict(list)
    for folder in numbered.order_by("year"):
        own[folder.school_id].append(folder)
    pupils = _pupil_folders(user, ids)
    for change in found:
        change.school_folders = own[change.row.school_id]
        change.pupil_folders = pupils[change.row.school_id]
    return found


def _rows_with_former(schools: Iterable[School]) -> list[Change]:
    """The latest changes with whom each takes over from, by day."""
    before = SchoolArchiveSettings.objects.filter(school__in=schools)
    last = dict(before.values_list("school", "case_owner_initials"))
    since, found = clock.today() - SHOWN_FOR, []
    for row in CaseOwner.objects.filter(school__in=schools).select_related("school").order_by("from_date", "pk"):
        if row.from_date >= since:
            found.append(Change(row, last.get(row.school_id, "")))
        last[row.school_id] = row.initials
    return found


def _pupil_folders(user: User, schools: Iterable[int]) -> dict[int, list[str]]:
    seen = Delivery.objects.visible_to(user).filter(
        school__in=schools,
        folder__kind=ArchiveFolder.Kind.PUPIL,
        folder__closed_on=None,
        folder__case_year__isnull=False,
    )
    rows = seen.order_by("folder__case_year", "folder__sequence_number")
    found = defaultdict(list)
    for school, year, number in rows.values_list("school", "folder__case_year", "folder__sequence_number").distinct():
        found[school].append(f"{year}/{number}")
    return found


def as_csv(user: User) -> bytes:
    headings = [_("Fra"), _("Skole"), _("Mappe"), _("Nummer"), _("Går fra"), _("Går til"), _("Navn")]
    rows: list[list[Value]] = []
    for change in changes(user):
        row = change.row
        named = [(folder.title, folder.number) for folder in change.school_folders]
        named += [(_("Elevmappe"), number) for number in change.pupil_folders]
        rows += [
            [row.from_date, row.school.name, title, number, change.former, row.initials, row.name]
            for title, number in named
        ]
    return to_csv(Table(_("Mapper med ny saksansvarlig"), "", headings, rows))
