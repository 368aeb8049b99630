"""Freezing the counts of 1 October, and correcting one of them."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction

from accessctl import wall
from accessctl.audit import record_act
from accessctl.models import School, User
from schoolapp.lib import clock
from students.models import CountCorrection, Snapshot, SnapshotCount
from students.statistics.sections import Counted, sections

# GSI counts on 1 October (handbook 10).
MONTH, DAY = 10, 1


def counting_day(today: date | None = None) -> date:
    """The last 1 October that is wholly past."""
    today = today or clock.today()
    this_year = date(today.year, MONTH, DAY)
    return this_year if today > this_year else this_year.replace(year=today.year - 1)


def next_counting_day() -> date:
    """The first 1 October that is not wholly past."""
    passed = counting_day()
    return passed.replace(year=passed.year + 1)


def work_out(school: School, day: date) -> dict[str, Counted]:
    """Every section for any day, as the registers tell it now."""
    with wall.lifted(
        "GSI counts every pupil at the school; who may be told of which number is decided when it is shown"
    ):
        return {section.slug: section.count(school, day) for section in sections()}


@transaction.atomic
def freeze(school: School, day: date) -> Snapshot | None:
    """Keep the counts of `day`; None when they are kept already."""
    snapshot, is_new = Snapshot.objects.get_or_create(school=school, counted_on=day)
    if not is_new:
        return None
    SnapshotCount.objects.bulk_create(
        SnapshotCount(
            snapshot=snapshot, section=slug, line=line, column=column, number=number.shown, hidden=number.hidden
        )
        for slug, cells in work_out(school, day).items()
        for (line, column), number in sorted(cells.items())
    )
    return snapshot


def freeze_due() -> int:
    """Freeze the last counting day at every school where that has not been done. Returns how many.

    A server that stood still that night counts the same day, since places and groups are dated. After half a year it
    is too late: the counts would be of what has been corrected since.
    """
    day = counting_day()
    if clock.today() - day > timedelta(days=183):
        return 0
    done = Snapshot.objects.filter(counted_on=day).values("school")
    return sum(freeze(school, day) is not None for school in School.objects.exclude(pk__in=done))


@transaction.atomic
def correct(count: SnapshotCount, *, number: int, reason: str, by: User) -> CountCorrection:
    """Let another number count. What was frozen stays beside it."""
    correction = CountCorrection.objects.create(count=count, number=number, reason=reason, by=by)
    record_act(by, "correct", what="tall i GSI-telling", reason=reason, object_id=count.snapshot.uuid)
    return correction


def latest(*snapshots: Snapshot) -> dict[int, CountCorrection]:
    """The correction that counts, by number (one query)."""
    rows: Iterable[CountCorrection] = CountCorrection.objects.filter(count__snapshot__in=snapshots).select_related("by")
    return {row.count_id: row for row in rows}
