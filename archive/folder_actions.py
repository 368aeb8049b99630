"""What is done on purpose with folders and with who owns them."""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.audit import record_event
from accessctl.models import School, User
from archive import systems
from archive.models import ArchiveFolder, CaseOwner, Delivery, SchoolArchiveSettings, SchoolFolder
from archive.outbox import OPEN
from schoolapp.lib import clock

CLASSES, ACCESS_CODE = "B34, B31", "EL"  # handbook 6.3; the municipality changes them on the folder


class NotEmpty(Exception):
    """Something in the folder is not archived yet. `titles` names it."""

    def __init__(self, titles: list[str]) -> None:
        super().__init__()
        self.titles = titles


class NumberTaken(Exception):
    """Another folder has that year and number."""


class AlreadyInArchive(Exception):
    """The archive has made the folder and given it its number; it is not typed over."""


class TookEffect(Exception):
    """The change has taken effect, and is history."""


class DayTaken(Exception):
    """The school has another change from the same day."""


class TooEarly(Exception):
    """A change begins today or later; what was is not rewritten."""


@transaction.atomic
def open_school_folder(school: School, *, year: int, by: User | None) -> SchoolFolder:
    """«Opprett skolemappe»: made in the archive with its first document, or given the number of one made there.

    Repeating it gives the same folder. What the archive is told comes from the year before, or the school's set-up.
    """
    before = SchoolFolder.objects.filter(school=school, year__lt=year).order_by("-year").first()
    settings = SchoolArchiveSettings.objects.filter(school=school).first() or SchoolArchiveSettings()
    folder, is_new = SchoolFolder.objects.get_or_create(
        school=school,
        year=year,
        defaults={
            "title": title_of(school, year),
            "series": before.series if before else settings.school_series,
            "access_group": (before.access_group if before else "") or settings.access_group,
            "access_code": before.access_code if before else ACCESS_CODE,
            "classes": before.classes if before else CLASSES,
            "opened_on": clock.today(),
            "opened_by": by,
        },
    )
    if is_new:
        record_event(by, "open_school_folder", folder)
    return folder


def title_of(school: School, year: int) -> str:
    with translation.override("nb"):
        return _("Skolemappe – %(school)s %(year)s") % {"school": school.name, "year": f"{year}/{year + 1}"}


@transaction.atomic
def change_school_folder(folder: SchoolFolder, *, by: User) -> None:
    """Save what a person typed. Raises NumberTaken, and AlreadyInArchive for a number the archive gave itself."""
    stored = SchoolFolder.objects.select_for_update().get(pk=folder.pk)
    if stored.number != folder.number and is_in_archive(stored):
        raise AlreadyInArchive
    if folder.number and is_of_another(folder):
        raise NumberTaken
    try:
        with transaction.atomic():
            folder.save()
    except IntegrityError:
        raise NumberTaken from None
    record_event(by, "change_school_folder", folder)


def is_in_archive(folder: SchoolFolder) -> bool:
    with wall.lifted("whether the archive has made the folder is no secret; its row is known through its documents"):
        return ArchiveFolder.objects.filter(key=folder.key).exclude(system_id="").exists()


def is_of_another(folder: SchoolFolder) -> bool:
    """Whether the archive gave the number to another folder: what is about the school would lie with a pupil's.

    Also before the municipality changed to another archive, when it has come back to this one since.
    """
    with wall.lifted("whose folder has the number is not told, only that it is taken"):
        now = Q(case_year=folder.case_year, sequence_number=folder.sequence_number)
        before = Q(former__contains=[{"number": folder.number, "system": systems.current().adapter}])
        return ArchiveFolder.objects.filter(now | before).exclude(key=folder.key).exists()


@transaction.atomic
def close_school_folder(folder: SchoolFolder, *, by: User) -> None:
    """«Avslutt skolemappe». Raises NotEmpty with what is not archived; nothing more can be queued for it after."""
    stored = SchoolFolder.objects.select_for_update().get(pk=folder.pk)
    if stored.closed_on:
        return
    if left := unfinished_in(stored):
        raise NotEmpty(left)
    stored.closed_on, stored.closed_by = clock.today(), by
    stored.save(update_fields=["closed_on", "closed_by"])
    record_event(by, "close_school_folder", stored)


def unfinished_in(folder: SchoolFolder, most: int = 50) -> list[str]:
    """Titles of what belongs in the folder and is not in the archive."""
    with wall.lifted("a folder must not be closed on a document that the person closing it does not see"):
        rows = Delivery.objects.filter(folder__key=folder.key, state__in=[*OPEN, Delivery.State.PARKED])
        return list(rows.order_by("created_at").values_list("title", flat=True)[:most])


@transaction.atomic
def reopen_school_folder(folder: SchoolFolder, *, by: User) -> None:
    SchoolFolder.objects.filter(pk=folder.pk).update(closed_on=None, closed_by=None)
    record_event(by, "reopen_school_folder", folder)


@transaction.atomic
def change_owner(
    schools: Iterable[School], *, from_date: date, name: str, initials: str, signs_as: str, user: User | None, by: User
) -> list[CaseOwner]:
    """«Ny rektor»: one change from a day on. Raises TooEarly and DayTaken; then nothing is changed at any school."""
    if from_date < clock.today():
        raise TooEarly
    made = []
    for school in schools:
        try:
            with transaction.atomic():
                row = CaseOwner.objects.create(
                    school=school,
                    from_date=from_date,
                    name=name,
                    initials=initials,
                    signs_as=signs_as,
                    user=user,
                    created_by=by,
                )
        except IntegrityError:
            raise DayTaken from None
        record_event(by, "change_case_owner", row)
        made.append(row)
    return made


@transaction.atomic
def undo_owner(row: CaseOwner, *, by: User) -> None:
    """Take back a change that has not begun. Raises TookEffect from midnight of its day."""
    stored = CaseOwner.objects.select_for_update().get(pk=row.pk)
    if not stored.is_to_come:
        raise TookEffect
    record_event(by, "undo_case_owner", stored)
    stored.delete()


@transaction.atomic
def close_pupil_folder(folder: ArchiveFolder, *, by: User) -> None:
    """The pupil has left and nothing more comes. Raises NotEmpty when something is not archived."""
    with wall.lifted("a folder must not be closed on a document that the person closing it does not see"):
        rows = Delivery.objects.filter(folder=folder, state__in=[*OPEN, Delivery.State.PARKED])
        left = list(rows.values_list("title", flat=True)[:50])
        if left:
            raise NotEmpty(left)
        ArchiveFolder.objects.filter(pk=folder.pk).update(closed_on=clock.today())
    record_event(by, "close_pupil_folder", folder)


@transaction.atomic
def reopen_pupil_folder(folder: ArchiveFolder, *, by: User) -> None:
    with wall.lifted("the folder has been found among those the person sees"):
        ArchiveFolder.objects.filter(pk=folder.pk).update(closed_on=None)
    record_event(by, "reopen_pupil_folder", folder)
