"""Works through what is due: claim, look up, send, record. Runs in any number of processes at once."""

import logging
import time

from django.db import Error

from messaging import breaker, outbox
from messaging.channels.base import Channel, NotDone, Refused, Sent, Superseded, Unknown
from messaging.channels.svarut import connect
from messaging.content import Swapped
from messaging.outbox import Failure, Ticket
from messaging.recipients import Held
from schoolapp.lib.database import is_away

log = logging.getLogger(__name__)


class Incident(Exception):
    """SvarUt has more than one sending under our reference."""


def work(*, seconds: float, channel: Channel | None = None) -> int:
    """Send what is due until nothing is left or no new attempt should start. Returns the number of attempts.

    A database that goes away ends it with one line, and nothing is lost: what was claimed is looked up later.
    """
    channel = channel or connect()
    if channel is None:
        return 0
    try:
        return _work(seconds, channel)
    except Error as error:
        if not is_away(error):
            raise
        log.error("the database is away (%s): letters wait, and go on when it is back", type(error).__name__)
        return 0


def _work(seconds: float, channel: Channel) -> int:
    until = time.monotonic() + seconds
    attempts = 0
    while time.monotonic() < until and breaker.admits(channel.name):
        ticket = outbox.claim()
        if ticket is None:
            break
        attempt(ticket, channel)
        attempts += 1
    return attempts


def attempt(ticket: Ticket, channel: Channel) -> None:
    """One attempt, from claim to outcome. What a worker says that has lost its claim is ignored."""
    try:
        _attempt(ticket, channel)
    except Superseded:
        log.warning("letter %s: another attempt has taken over", ticket.dispatch.uuid)


def _attempt(ticket: Ticket, channel: Channel) -> None:
    try:
        sent = _found(ticket, channel) or channel.send(ticket.parcel(), ticket.permit)
    except Held as held:
        ticket.park(held.failure, held.words)
    except Swapped as error:
        ticket.park(Failure.CHANGED, error.words)
    except Incident as error:
        breaker.answered(channel.name)
        ticket.park(Failure.INCIDENT, str(error))
    except Refused as error:
        breaker.answered(channel.name)
        ticket.park(Failure.REFUSED, error.words, error.raw)
    except NotDone as error:
        breaker.failed(channel.name, error.words)
        ticket.not_done(error.words, error.raw, pause=error.pause)
    except Unknown as error:
        breaker.failed(channel.name, error.words)
        ticket.doubt(error.words, error.raw)
    except Superseded:
        raise
    except Exception as error:  # a fault of ours, or the worker's time limit: what was sent is not known
        if is_away(error):
            raise
        log.exception("letter %s: unexpected failure", ticket.dispatch.uuid)
        ticket.doubt(f"Sendingen stoppet på en uventet feil ({type(error).__name__}).")
    else:
        breaker.answered(channel.name)
        ticket.sent(sent.id, sent.raw)


def _found(ticket: Ticket, channel: Channel) -> Sent | None:
    """What an earlier attempt brought through, if any. The first attempt has nothing to find."""
    if ticket.is_first:
        return None
    given_up = set(ticket.dispatch.former_ids)
    ids = [found for found in channel.find(str(ticket.dispatch.uuid)) if str(found) not in given_up]
    if len(ids) > 1:
        raise Incident("SvarUt har flere forsendelser med samme referanse. Be SvarUt-brukerstøtten rydde opp.")
    return Sent(ids[0], b"Funnet hos SvarUt med referansen fra et tidligere forsok.") if ids else None
