"""What the archive log shows: panes with counts, and when things run."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from archive import breaker
from archive.models import ArchiveRun, Delivery, DeliveryQuerySet
from archive.sensitive import kinds_of_sensitive
from schoolapp.lib import clock
from schoolapp.lib.paging import MOST, count_to_most

State = Delivery.State
PANES: dict[str, tuple[Promise, tuple[str, ...]]] = {
    "klar": (gettext_lazy("Klar"), (State.READY, State.CLAIMED, State.SENT_UNKNOWN)),
    "arkivert": (gettext_lazy("Arkivert"), (State.ARCHIVED,)),
    "feilet": (gettext_lazy("Feilet"), (State.PARKED,)),
}
ORDER = {"klar": ("created_at", "pk"), "arkivert": ("-archived_at", "-pk"), "feilet": ("-claimed_at", "-pk")}


@dataclass(frozen=True)
class Pane:
    slug: str
    label: Promise
    count: int
    is_current: bool

    @property
    def number(self) -> str:
        """The count as it is shown: of what grows for years only that there is much of it."""
        return f"{MOST}+" if self.count > MOST else str(self.count)


def panes(rows: DeliveryQuerySet, current: str, counted: int) -> list[Pane]:
    """The tabs with their counts; `counted` is that of the current one."""
    return [
        Pane(slug, label, counted if slug == current else count_to_most(in_pane(rows, slug)), slug == current)
        for slug, (label, _states) in PANES.items()
    ]


def in_pane(rows: DeliveryQuerySet, pane: str) -> DeliveryQuerySet:
    return rows.filter(state__in=PANES[pane][1]).order_by(*ORDER[pane])


def same_cause(rows: DeliveryQuerySet) -> list[dict[str, Any]]:
    """Causes that several failed deliveries share, with how many. Sensitive ones are left out: a cause may quote."""
    failed = rows.filter(state=State.PARKED).exclude(failure=Delivery.Failure.CHANGED).order_by()
    groups = (
        failed.exclude(pk__in=kinds_of_sensitive(failed))
        .values("failure", "failure_text")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
    )
    return [dict(group) for group in groups.order_by("-n", "failure_text")[:5]]


def next_run(now: datetime) -> datetime:
    """The next fixed time of transfer."""
    local = now.astimezone(clock.OSLO)
    times = [time.fromisoformat(text.strip().zfill(5)) for text in settings.ARCHIVE_RUN_TIMES]
    days = (local.date() + timedelta(days=ahead) for ahead in (0, 1))
    moments = (datetime.combine(day, at, clock.OSLO) for day in days for at in sorted(times))
    return next(moment for moment in moments if moment > local)


def headline(visible: DeliveryQuerySet) -> list[str]:
    """Sentences on the next transfer, the last one, one under way, and an archive that does not answer."""
    sentences = []
    if settings.ARCHIVE_RUN_TIMES:
        sentences.append(_("Neste overføring til Elements går %(when)s.") % {"when": moment(next_run(clock.now()))})
    running = ArchiveRun.objects.filter(finished_at=None).first()
    if running:
        left = visible.filter(run=running, state__in=PANES["klar"][1]).count()
        values = {"when": moment(running.started_at), "n": left}
        sentences.append(_("Overføringen som startet %(when)s pågår. %(n)s dokumenter gjenstår.") % values)
    elif last := ArchiveRun.objects.filter(finished_at__isnull=False).first():
        sentences.append(_summary(last, visible))
    if silent := breaker.silent_peer(settings.ARCHIVE_CONNECTOR):
        since = moment(silent.silent_since or clock.now())
        sentences.append(
            _("Elements har ikke svart siden %(when)s. Vi prøver hvert minutt, og ingenting går tapt.")
            % {"when": since}
        )
    return sentences


def _summary(run: ArchiveRun, visible: DeliveryQuerySet) -> str:
    """How the run ended when it ended: what has been set to «Klar» or withdrawn since still counts as failed."""
    ended = run.attempts.filter(delivery__in=visible.order_by())
    counts = ended.aggregate(
        archived=Count("pk", filter=Q(outcome=State.ARCHIVED)),
        failed=Count("pk", filter=Q(outcome__in=Delivery.Failure.values)),
    )
    total = counts["archived"] + counts["failed"]
    text = ngettext(
        "Forrige kjørte %(when)s: %(n)s dokument, %(failed)s feilet.",
        "Forrige kjørte %(when)s: %(n)s dokumenter, %(failed)s feilet.",
        total,
    )
    return text % {"when": moment(run.started_at), "n": total, "failed": counts["failed"]}


def moment(at: datetime) -> str:
    """A time as people say it: the clock alone for today, otherwise with the day."""
    local = at.astimezone(clock.OSLO)
    at_clock = f"{local:%H.%M}"
    days = (local.date() - clock.today()).days
    if days == 0:
        return at_clock
    if days == 1:
        return _("i morgen %(clock)s") % {"clock": at_clock}
    if days == -1:
        return _("i går %(clock)s") % {"clock": at_clock}
    return f"{date_format(local.date(), 'j. F')} {at_clock}"
