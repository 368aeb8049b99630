"""What the log of letters shows: panes, and what a person can do about a letter that did not arrive."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accessctl.permissions import Permission
from accessctl.registers.files import harmless
from accessctl.scope import Scope
from messaging import actions, breaker, costs, mending, words
from messaging.mending import Mending
from messaging.models import Dispatch, DispatchQuerySet
from people.models import Person
from schoolapp.lib import clock
from schoolapp.lib.paging import MOST, count_to_most
from students.models import Student

State, Failure = Dispatch.State, Dispatch.Failure
# A letter stands in one pane, so that they add up to all of them. What is not on its way, such as what the officer for
# protection decides on and what was taken back, is not sent either.
HELD = Q(state=State.PARKED, failure=Failure.PROTECTED)
WAITING = Q(state__in=[State.READY, State.CLAIMED, State.SENT_UNKNOWN, State.WITHDRAWN])
FAILED = Q(state=State.PARKED) & ~Q(failure=Failure.PROTECTED) | Q(state=State.SENT, status=words.NOT_DELIVERED)
PANES: dict[str, tuple[Promise, Q]] = {
    "ikke-sendt": (gettext_lazy("Ikke sendt"), WAITING | HELD),
    "sendt": (gettext_lazy("Sendt"), Q(state=State.SENT) & ~Q(status=words.NOT_DELIVERED)),
    "feil": (gettext_lazy("Feil"), FAILED),
    "alle": (gettext_lazy("Alle"), Q()),
}


@dataclass(frozen=True)
class Pane:
    slug: str
    label: Promise
    count: int
    is_current: bool

    @property
    def number(self) -> str:
        return f"{MOST}+" if self.count > MOST else str(self.count)


@dataclass(frozen=True)
class Line:
    """One letter as the log shows it."""

    dispatch: Dispatch
    recipient: str
    pupil: Student | None
    word: str | Promise
    color: str
    cost: str
    cause: str
    mending: Mending | None
    may_send: bool
    may_withdraw: bool

    @property
    def at(self) -> Any:
        return self.dispatch.status_at or self.dispatch.sent_at or self.dispatch.created_at


def panes(rows: DispatchQuerySet, current: str, counted: int) -> list[Pane]:
    """The tabs with their counts; `counted` is that of the current one."""
    return [
        Pane(slug, label, counted if slug == current else count_to_most(in_pane(rows, slug)), slug == current)
        for slug, (label, _which) in PANES.items()
    ]


def in_pane(rows: DispatchQuerySet, pane: str) -> DispatchQuerySet:
    return rows.filter(PANES[pane][1]).order_by("-created_at", "-pk")


def same_cause(rows: DispatchQuerySet) -> list[dict[str, Any]]:
    """Causes that several letters share and that sending again may be the end of, with how many."""
    failed = rows.filter(state=State.PARKED, failure__in=actions.MENDABLE).order_by()
    groups = failed.values("failure", "failure_text").annotate(n=Count("pk")).filter(n__gt=1)
    shared = [
        dict(group)
        for group in groups.order_by("-n", "failure_text")[:10]
        if mending.place_of_cause(group["failure"], group["failure_text"]) != mending.DOCUMENT
    ][:5]
    for group in shared:
        group["words"] = cause_of(str(group["failure"]), str(group["failure_text"]))
    return shared


def lines_of(rows: Sequence[Dispatch], *, pupils: dict[UUID, Student], scope: Scope) -> list[Line]:
    """Letters with what the reader can do about each. `rows` carry their cost."""
    run, documents = scope.reach(Permission.RUN_ARCHIVE), mending.documents_of(rows)
    return [
        line_of(
            row,
            pupils.get(row.about),
            mend=mending.mending_of(row, pupil=pupils.get(row.about), scope=scope, documents=documents),
            may_run=run.covers_school(row.school_id),
        )
        for row in rows
    ]


def line_of(row: Dispatch, pupil: Student | None, *, mend: Mending | None, may_run: bool) -> Line:
    word, color = words.of(row)
    ore = getattr(row, "ore", None)
    failed = row.state == State.PARKED and not row.is_held
    return Line(
        dispatch=row,
        recipient=name_of(row.recipient),
        pupil=pupil,
        word=word,
        color=color,
        cost=costs.in_words(ore) if row.state == State.SENT else "",
        cause=cause_of(row.failure, row.failure_text) if failed else "",
        mending=mend,
        may_send=may_run and actions.may_go_again(row) and not mending.takes_a_new_version(row),
        may_withdraw=may_run and row.svarut_id is None and row.state in (State.READY, State.PARKED) and not row.is_held,
    )


def cause_of(failure: str, text: str) -> str:
    """What is wrong, in the reader's language: what SvarUt says where it has said it, otherwise the kind of failure."""
    if text and failure in (Failure.REFUSED, Failure.RECEPTION, Failure.UNANSWERED):
        return _(text)
    return str(Failure(failure).label)


def name_of(person: Person | None) -> str:
    return person.full_name if person else _("Ingen mottaker")


def headline() -> str:
    """A sentence when SvarUt takes no letters, with what it said last, or is not set up; otherwise nothing."""
    if not settings.SVARUT["account_id"]:
        return _("SvarUt er ikke satt opp. Brevene venter til den som drifter systemet har lagt inn kontoen.")
    silent = breaker.silent_peer("svarut")
    if silent is None:
        return ""
    since = timezone.localtime(silent.silent_since or clock.now(), clock.OSLO)
    when = {"when": f"{since:%d.%m. %H.%M}"}
    return " ".join(
        [
            _("Ingen brev har kommet gjennom til SvarUt siden %(when)s.") % when,
            _(silent.said) if silent.said else "",
            _("Vi prøver hvert minutt, og ingenting går tapt."),
        ]
    )


def as_csv(lines: Iterable[Line]) -> str:
    """The lines as a spreadsheet opens them: semicolons, a byte order mark, and no cell that runs as a formula."""
    out = StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        [
            _("Skole"),
            _("Type"),
            _("Elev"),
            _("Mottaker"),
            _("Status"),
            _("Opprettet"),
            _("Sendt"),
            _("Lest"),
            _("Kroner"),
        ]
    )
    for line in lines:
        row = line.dispatch
        times = [
            f"{timezone.localtime(at, clock.OSLO):%Y-%m-%d %H:%M}" if at else ""
            for at in (row.created_at, row.sent_at, row.read_at)
        ]
        pupil = line.pupil.person.full_name if line.pupil else ""
        ore = getattr(row, "ore", None)
        price = "" if ore is None else f"{ore // 100},{ore % 100:02d}"
        cells = [row.school.name, row.kind, pupil, line.recipient, str(line.word), *times, price]
        writer.writerow([harmless(cell) for cell in cells])
    return out.getvalue()
