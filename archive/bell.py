"""Wakes workers. A bell that nobody hears costs nothing: the sweeper rings again, and the rows are in PostgreSQL."""

import logging

from celery import current_app
from django.conf import settings
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from accessctl import wall
from archive import outbox
from archive.models import Delivery

log = logging.getLogger(__name__)


def ring() -> int:
    """Wake as many workers as there is work for, but never more than the archive is to meet at once."""
    with wall.lifted("only how much there is to do is counted; and the request of whoever asked has ended here"):
        waiting: int = outbox.due()[: settings.ARCHIVE_CONCURRENCY].count()
        busy = Delivery.objects.filter(state=Delivery.State.CLAIMED, lease_until__gt=Now()).count()
    wanted: int = min(waiting, max(1, settings.ARCHIVE_CONCURRENCY - busy))
    for _ in range(wanted):
        try:
            current_app.send_task("archive.tasks.work")
        except OperationalError:
            log.warning("the broker cannot be reached; the sweeper will ring again")
            break
    return wanted
