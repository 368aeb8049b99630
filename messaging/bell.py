"""Wakes workers. A bell that nobody hears costs nothing: the sweeper rings again, and the rows are in PostgreSQL."""

import logging

from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

from accessctl import wall
from messaging import outbox

log = logging.getLogger(__name__)


def ring() -> int:
    """Wake as many workers as there is work for, but never more than SvarUt is to meet at once."""
    with wall.lifted("only how much there is to do is counted; and the request of whoever asked has ended here"):
        waiting: int = outbox.due()[: settings.SVARUT_CONCURRENCY].count()
        busy = outbox.under_way().count()
    wanted: int = min(waiting, max(1, settings.SVARUT_CONCURRENCY - busy))
    for _ in range(wanted):
        if not tell("messaging.tasks.work"):
            break
    return wanted


def ring_for_status() -> None:
    tell("messaging.tasks.poll")


def tell(task: str) -> bool:
    try:
        current_app.send_task(task, retry=False)
    except (OperationalError, OSError):
        log.warning("the broker cannot be reached; the sweeper will ring again")
        return False
    return True
