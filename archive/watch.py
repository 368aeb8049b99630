"""Nothing stands in the queue for long without somebody being told (handbook 6.3: transfer within 12 hours)."""

import logging
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from archive import actions
from archive.models import ArchiveRun, Delivery, DeliveryQuerySet
from archive.outbox import OPEN
from schoolapp.lib import clock

log = logging.getLogger(__name__)
AT_MOST = timedelta(hours=12)
GRACE = timedelta(minutes=10)  # the clock rings first; only a run that did not come is caught up
SKEW = timedelta(minutes=1)  # what the clocks of two machines may differ by
SET_BACK = timedelta(hours=2)  # a run of later than that was started by a clock that was wrong
ONE_AT_A_TIME = 0x4172_6B69  # the lock under which it is decided whether a fixed time has had its run


def overdue(rows: DeliveryQuerySet) -> DeliveryQuerySet:
    """What has been «Klar», or under way, for more than twelve hours."""
    limit = clock.now() - AT_MOST
    waits = Q(state=Delivery.State.READY, run=None, next_at__lte=limit)
    return rows.filter(waits | Q(state__in=OPEN, run__started_at__lte=limit))


def fixed_times(now: datetime) -> list[datetime]:
    """The times of transfer of yesterday, today and tomorrow. A time the clock skips in spring is an hour later."""
    times = sorted(time.fromisoformat(text.strip().zfill(5)) for text in settings.ARCHIVE_RUN_TIMES)
    today = now.astimezone(clock.OSLO).date()
    days = (today + timedelta(days=ahead) for ahead in (-1, 0, 1))
    return [datetime.combine(day, at, clock.OSLO) for day in days for at in times]


@transaction.atomic
def ring_for_run() -> ArchiveRun | None:
    """What the clock rings for. A fixed time has one run, however many clocks ring, and however often."""
    now = clock.now()
    passed = [moment for moment in fixed_times(now) if moment <= now + SKEW]
    if passed and _has_had_its_run(max(passed) - SKEW):
        return None
    return actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)


@transaction.atomic
def catch_up() -> ArchiveRun | None:
    """Start the run whose time has passed unheard, as when the clock process was down. Repeating it does no harm."""
    now = clock.now()
    passed = [moment for moment in fixed_times(now) if moment <= now - GRACE]
    if not passed:
        return None
    last = max(passed)
    waiting = Delivery.objects.filter(state=Delivery.State.READY, run=None, next_at__lte=last)
    if not waiting.exists() or _has_had_its_run(last - SKEW):
        return None
    log.warning("the archive run of %s did not start by itself; starting it now", f"{last:%Y-%m-%d %H:%M}")
    return actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)


def _has_had_its_run(since: datetime) -> bool:
    """Asked by one at a time. What somebody started by hand may have taken one school's documents only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    started = ArchiveRun.objects.filter(trigger=ArchiveRun.Trigger.SCHEDULE)
    return started.filter(started_at__range=(since, clock.now() + SET_BACK)).exists()


def tell_operator() -> int:
    """One line for whoever runs the system, when something has stood too long. Returns how many."""
    rows = overdue(Delivery.objects.all())
    count = rows.count()
    if count:
        oldest = rows.order_by("created_at").values_list("created_at", flat=True)[0]
        log.error(
            "%s documents have waited more than 12 hours for the archive, the oldest since %s: see Rapporter, Arkiv",
            count,
            f"{oldest.astimezone(clock.OSLO):%Y-%m-%d %H:%M}",
        )
    return count
