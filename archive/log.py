"""What the archive log shows: panes with counts, and when things run."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db.models import Count, Max, Min, Q
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from archive import breaker, systems, watch
from archive.advice import cause_of
from archive.models import ArchiveRun, Delivery, DeliveryQuerySet
from archive.sensitive import kinds_of_sensitive
from schoolapp.lib import clock
from schoolapp.lib.paging import MOST, count_to_most

State = Delivery.State
MOST_CAUSES = 500
# A page left open must not ask for ever, as when the archive is away for a day.
ASKS_AGAIN_FOR = timedelta(minutes=15)
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


@dataclass
class Group:
    """What has failed for one cause: how many, the words of one of them, and the first and last school by id."""

    key: str
    failure: str
    words: str
    n: int
    schools: tuple[int, int]


def by_cause(rows: DeliveryQuerySet) -> list[Group]:
    """The causes of what has failed, the most common first.

    What is said in other words for the same cause counts together. Sensitive ones are left out: a cause may quote.
    """
    failed = rows.filter(state=State.PARKED).exclude(failure=Delivery.Failure.CHANGED).order_by()
    causes = failed.exclude(pk__in=kinds_of_sensitive(failed)).values("failure", "failure_text")
    counted = (
        causes.annotate(n=Count("pk"), low=Min("school"), high=Max("school"))
        .order_by("-n", "failure_text")
        .values_list("failure", "failure_text", "n", "low", "high")
    )
    groups: dict[str, Group] = {}
    for failure, words, n, low, high in counted[:MOST_CAUSES]:
        group = groups.setdefault(key := cause_key(failure, words), Group(key, failure, words, 0, (low, high)))
        group.n += n
        group.schools = (min(low, group.schools[0]), max(high, group.schools[1]))
    return sorted(groups.values(), key=lambda group: -group.n)


def of_cause(rows: DeliveryQuerySet, key: str) -> DeliveryQuerySet:
    """The failed rows of one cause, by the key of `by_cause`."""
    failed = rows.filter(state=State.PARKED).exclude(failure=Delivery.Failure.CHANGED)
    failed = failed.exclude(pk__in=kinds_of_sensitive(failed.order_by()))
    said = failed.order_by("failure", "failure_text").values_list("failure", "failure_text").distinct()
    mine = [words for failure, words in said[:MOST_CAUSES] if cause_key(failure, words) == key]
    return failed.filter(failure_text__in=mine)


def cause_key(failure: str, words: str) -> str:
    """Equal for what is mended in the same way. It holds nothing of what the archive said but codes and initials."""
    cause, it = cause_of(failure, words)
    if cause:
        return f"{cause.code}:{it}"
    return f"{failure}:{sha256(words.encode()).hexdigest()[:16]}"


def next_run(now: datetime) -> datetime:
    """The next fixed time of transfer."""
    return min(moment for moment in watch.fixed_times(now) if moment > now)


def is_moving() -> bool:
    """Whether the page should ask again by itself: a transfer is under way, and has not been so for long."""
    return ArchiveRun.objects.filter(finished_at=None, started_at__gt=clock.now() - ASKS_AGAIN_FOR).exists()


def headline(visible: DeliveryQuerySet) -> list[str]:
    """Sentences on the next transfer, the last one, one under way, and an archive that does not answer."""
    sentences = []
    if settings.ARCHIVE_RUN_TIMES:
        sentences.append(_("Neste overføring til arkivet går %(when)s.") % {"when": moment(next_run(clock.now()))})
    running = ArchiveRun.objects.filter(finished_at=None).first()
    if running:
        left = visible.filter(run=running, state__in=PANES["klar"][1]).count()
        text = ngettext(
            "Overføringen som startet %(when)s pågår. %(n)s dokument gjenstår.",
            "Overføringen som startet %(when)s pågår. %(n)s dokumenter gjenstår.",
            left,
        )
        sentences.append(text % {"when": moment(running.started_at), "n": left})
    elif last := ArchiveRun.objects.filter(finished_at__isnull=False).first():
        sentences.append(_summary(last, visible))
    if silent := breaker.silent_peer(systems.current().adapter):
        since = moment(silent.silent_since or clock.now())
        sentences.append(
            _("Arkivet har ikke svart siden %(when)s. Vi prøver hvert minutt, og ingenting går tapt.") % {"when": since}
        )
    if late := watch.overdue(visible).count():
        text = ngettext(
            "%(n)s dokument har ventet i mer enn 12 timer. Trykk «Kjør nå», og si fra til den som drifter systemet.",
            "%(n)s dokumenter har ventet i mer enn 12 timer. Trykk «Kjør nå», og si fra til den som drifter systemet.",
            late,
        )
        sentences.append(text % {"n": late})
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
