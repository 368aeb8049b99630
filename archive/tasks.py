"""Doorbells. Everything they need is in the database."""

from celery import shared_task

from archive import bell, inbox, outbox, watch, worker

# Well below the task's soft time limit, so that the last delivery started has time to end.
NEW_ATTEMPTS_FOR = 120


@shared_task
def start_run() -> None:
    watch.ring_for_run()


@shared_task
def sweep() -> None:
    inbox.apply_new()
    outbox.close_runs()
    watch.catch_up()
    bell.ring()


@shared_task
def work() -> None:
    # Who found nothing to do, or an archive that is left in peace, wakes nobody; the sweeper looks again.
    if worker.work(seconds=NEW_ATTEMPTS_FOR):
        bell.ring()


@shared_task
def empty_old_replies() -> None:
    inbox.empty_old()


@shared_task
def tell_operator() -> None:
    watch.tell_operator()
