"""The bell for the staff register. Everything it needs is in the database and in the file."""

from celery import shared_task

from staff.hr import access, source, sync


@shared_task
def nightly() -> None:
    if source.is_configured():
        sync.run_nightly()


@shared_task
def run_waiting() -> None:
    sync.run_waiting()


@shared_task
def close_ended() -> None:
    access.close_ended()
