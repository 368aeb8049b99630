"""Works through what is due: claim, deliver, record. Runs in any number of processes at once."""

import logging
import time

from django.db import Error

from archive import breaker, outbox
from archive.connectors import connect
from archive.connectors.base import (
    Connector,
    Incident,
    NotDone,
    Receipt,
    Refused,
    Superseded,
    Unanswered,
    Unknown,
    Waiting,
)
from archive.content import Swapped
from archive.models import Delivery
from archive.outbox import Failure, Ticket
from schoolapp.lib.database import is_away

log = logging.getLogger(__name__)


def work(*, seconds: float, connector: Connector | None = None) -> int:
    """Deliver what is due until nothing is left or no new attempt should start. Returns the number of attempts.

    A database that goes away ends it with one line, and nothing is lost: what was claimed is looked up later.
    """
    try:
        return _work(seconds, connector or connect())
    except Error as error:
        if not is_away(error):
            raise
        log.error("the database is away (%s): documents wait, and go on when it is back", type(error).__name__)
        return 0


def _work(seconds: float, connector: Connector) -> int:
    until = time.monotonic() + seconds
    attempts = served = 0
    while time.monotonic() < until and breaker.admits(connector.name):
        ticket = outbox.claim(after=served)
        if ticket is None:
            break
        served = ticket.delivery.school_id
        attempt(ticket, connector)
        attempts += 1
    outbox.close_runs()
    return attempts


def attempt(ticket: Ticket, connector: Connector) -> None:
    """One attempt, from claim to outcome. What a worker says that has lost its claim is ignored."""
    try:
        _attempt(ticket, connector)
    except Superseded:
        log.warning("delivery %s: another attempt has taken over", ticket.delivery.uuid)


def _attempt(ticket: Ticket, connector: Connector) -> None:
    try:
        receipt = connector.deliver(ticket.parcel(), ticket)
        _refuse_borrowed_number(ticket, receipt)
    except Swapped as error:
        ticket.park(Failure.CHANGED, error.words)
    except Refused as error:
        breaker.answered(connector.name)
        ticket.park(Failure.REFUSED, error.words, error.raw)
    except Waiting as pause:
        breaker.answered(connector.name)
        ticket.wait(pause.seconds)
    except Unanswered as error:
        ticket.park(Failure.UNANSWERED, error.words, error.raw)
    except Incident as error:
        breaker.answered(connector.name)
        ticket.park(Failure.INCIDENT, error.words, error.raw)
    except NotDone as error:
        breaker.failed(connector.name)
        ticket.not_done(error.words, error.raw)
    except Unknown as error:
        breaker.failed(connector.name)
        ticket.doubt(error.words, error.raw)
    except Superseded:
        raise
    except Exception as error:  # a fault of ours, or the worker's time limit: what was sent is not known
        if is_away(error):
            raise
        log.exception("delivery %s: unexpected failure", ticket.delivery.uuid)
        ticket.doubt(f"Overføringen stoppet på en uventet feil ({type(error).__name__}).")
    else:
        breaker.answered(connector.name)
        ticket.archived(receipt)


def _refuse_borrowed_number(ticket: Ticket, receipt: Receipt) -> None:
    """A journal number belongs to one document. Raises Incident when the archive gives out one that is taken."""
    if receipt.journal_year is None or receipt.journal_number is None:
        return
    ticket.note("registry_unit", outbox.school_setup(ticket.delivery.school_id).registry_unit or "-")
    taken = Delivery.objects.filter(
        journal_year=receipt.journal_year,
        journal_number=receipt.journal_number,
        steps__registry_unit=ticket.known("registry_unit"),
    ).exclude(pk=ticket.delivery.pk)
    if other := taken.first():
        raise Incident(
            f"Arkivet ga journalnummer {receipt.journal_year}/{receipt.journal_number}, som alt hører til et annet "
            f"dokument ({other.external_key}). Journalpost i arkivet: {receipt.entry_id}.",
            receipt.raw,
        )
