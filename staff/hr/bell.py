"""Wakes a worker. A bell nobody hears costs nothing: the sweeper looks every minute, and the row is in PostgreSQL."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def ring() -> None:
    """Ask for the waiting runs once the present transaction is through."""
    transaction.on_commit(send)


def send() -> None:
    try:
        current_app.send_task("staff.tasks.run_waiting")
    except OperationalError:
        log.warning("the broker cannot be reached; the sweeper will ring again")
