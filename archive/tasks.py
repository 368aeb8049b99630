"""Doorbells. Everything they need is in the database."""

from celery import shared_task

from archive import actions, bell, outbox, worker
from archive.models import ArchiveRun

# Well below the task's soft time limit, so that the last delivery started has time to end.
NEW_ATTEMPTS_FOR = 120


@shared_task
def start_run() -> None:
    actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)


@shared_task
def sweep() -> None:
    outbox.close_runs()
    bell.ring()


@shared_task
def work() -> None:
    worker.work(seconds=NEW_ATTEMPTS_FOR)
    bell.ring()
