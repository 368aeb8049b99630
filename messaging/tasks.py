"""Doorbells. Everything they need is in the database."""

from celery import shared_task
from django.conf import settings

from messaging import bell, polling, worker

# SvarUt may take as long as the client waits for it; the letter that is started last must have time to end.
LONGEST_ATTEMPT = settings.SVARUT_CLIENT_TIMEOUT + 120
NEW_ATTEMPTS_FOR = 120


@shared_task
def sweep() -> None:
    bell.ring()


@shared_task(soft_time_limit=NEW_ATTEMPTS_FOR + LONGEST_ATTEMPT, time_limit=NEW_ATTEMPTS_FOR + LONGEST_ATTEMPT + 60)
def work() -> None:
    # Who found nothing to do, or a channel that is left in peace, wakes nobody; the sweeper looks again.
    if worker.work(seconds=NEW_ATTEMPTS_FOR):
        bell.ring()


@shared_task
def poll() -> None:
    polling.poll()
