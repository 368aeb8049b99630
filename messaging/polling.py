"""Asks SvarUt how letters stand: many at once, more seldom as they grow older, and what happened to those that moved.

Two pollers at once take different letters: each takes its share by moving the time of the next look, and commits that
before it asks. What is told out of order is ignored.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Case, DateTimeField, ExpressionWrapper, Value, When
from django.db.models.functions import Now

from messaging import breaker, words
from messaging.channels.base import Channel, NotDone, Standing
from messaging.channels.svarut import connect
from messaging.channels.svarut.refusals import plain
from messaging.models import Dispatch, DispatchAttempt
from messaging.outbox import MOST_RECEPTIONS
from schoolapp.lib.receipts import masked

log = logging.getLogger(__name__)
State, Failure, Way = Dispatch.State, Dispatch.Failure, Dispatch.Way
AT_ONCE = 200
MOST_ROUNDS = 20
# How often a letter is asked about, by how long ago it was sent; after the last nobody expects news.
PACE = (
    (timedelta(hours=6), timedelta(minutes=5)),
    (timedelta(days=3), timedelta(hours=1)),
    (timedelta(days=60), timedelta(days=1)),
)


def poll(channel: Channel | None = None) -> int:
    """Ask about every letter whose time has come. Returns how many have moved."""
    channel = channel or connect()
    moved = 0
    for _ in range(MOST_ROUNDS):
        if channel is None or not (taken := take()):
            break
        try:
            standings = channel.standings([row.svarut_id for row in taken if row.svarut_id])
        except NotDone as error:
            log.warning("statuses could not be asked for: %s", error.words)
            breaker.failed(channel.name, error.words)
            break
        breaker.answered(channel.name)
        moved += sum(_apply(standing, channel) for standing in standings)
    return moved


def take() -> list[Dispatch]:
    """A share of the letters to ask about, taken from other pollers before the network is touched."""
    with transaction.atomic():
        due = Dispatch.objects.filter(state=State.SENT, next_poll_at__lte=Now()).order_by("next_poll_at", "pk")
        rows = list(due.select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])
        steps = [When(sent_at__gt=Now() - age, then=Now() + pause) for age, pause in PACE]
        next_look = Case(*steps, default=Value(None), output_field=DateTimeField())
        Dispatch.objects.filter(pk__in=[row.pk for row in rows]).update(
            next_poll_at=ExpressionWrapper(next_look, output_field=DateTimeField())
        )
    return rows


def _apply(standing: Standing, channel: Channel) -> bool:
    """Take up how one letter stands now. True when that is news."""
    row = Dispatch.objects.filter(svarut_id=standing.id, state=State.SENT).first()
    if row is None or (row.status == standing.status and row.status_at == standing.at):
        return False
    if row.status_at and standing.at < row.status_at:
        return False
    events = _events(row, channel)
    with transaction.atomic():
        stored = Dispatch.objects.select_for_update().get(pk=row.pk)
        if stored.state != State.SENT or stored.svarut_id != standing.id:
            return False
        if stored.status_at and standing.at < stored.status_at:
            return False
        _take_up(stored, standing, events)
    return True


def _events(row: Dispatch, channel: Channel) -> list[dict[str, str]]:
    """What has happened to a letter that moved; what was known already when it cannot be asked now."""
    try:
        told = channel.events(row.svarut_id) if row.svarut_id else []
    except NotDone as error:
        log.warning("the events of letter %s could not be asked for: %s", row.uuid, error.words)
        return list(row.events)
    return [{"at": event.at.isoformat(), "text": masked(event.text)} for event in told]


def _take_up(row: Dispatch, standing: Standing, events: list[dict[str, str]]) -> None:
    fields: dict[str, object] = {"status": standing.status, "status_at": standing.at, "events": events}
    if standing.status in words.DIGITAL:
        fields["way"] = Way.DIGITAL
    if standing.status in words.ON_PAPER:
        fields["way"] = Way.PRINT
    if standing.status == "LEST":
        fields["read_at"] = row.read_at or standing.at
        fields["way"] = row.way or Way.DIGITAL
    if standing.status in words.LAST:
        fields["next_poll_at"] = None
    if standing.status == "AVVIST":
        fields |= parked(Failure.REFUSED, _why(events, "SvarUt avviste brevet uten å si hvorfor."))
    if standing.status == "FEILET_UNDER_MOTTAK":
        fields |= _retry(row, events)
    Dispatch.objects.filter(pk=row.pk).update(**fields)
    DispatchAttempt.objects.create(
        dispatch=row,
        number=row.attempt,
        outcome="status",
        answer=masked(f"{standing.status} {standing.at.isoformat()}"),
    )


def parked(failure: Dispatch.Failure, text: str) -> dict[str, object]:
    return {"state": State.PARKED, "failure": failure, "failure_text": text, "lease_until": Now()}


def _retry(row: Dispatch, events: list[dict[str, str]]) -> dict[str, object]:
    """SvarUt lost it on the way in: it goes once more by itself, under the same reference, a few times."""
    given_up = [*row.former_ids, str(row.svarut_id)]
    if len(given_up) >= MOST_RECEPTIONS:
        return parked(Failure.RECEPTION, _why(events, "SvarUt klarte ikke å ta imot brevet, tre ganger på rad."))
    pause = timedelta(minutes=5) * len(given_up)
    return {
        "state": State.READY,
        "svarut_id": None,
        "sent_at": None,
        "status": "",
        "status_at": None,
        "former_ids": given_up,
        "next_at": Now() + pause,
    }


def _why(events: list[dict[str, str]], otherwise: str) -> str:
    """What to mend by SvarUt's own words: the last that happened."""
    return (plain(events[-1]["text"]) if events else "") or otherwise
