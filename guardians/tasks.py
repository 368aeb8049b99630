"""Doorbells of the population register. Everything they need is in the database."""

from celery import shared_task

from guardians import photo_import
from guardians.exchange import actions as exchange
from guardians.register import work


@shared_task
def register_work() -> None:
    if work.work():
        work.ring()


@shared_task
def register_sweep() -> None:
    work.sweep()


@shared_task
def register_nightly() -> None:
    work.nightly()


@shared_task
def make_roster(job_id: int) -> None:
    exchange.make(job_id)


@shared_task
def sweep_rosters() -> None:
    exchange.sweep()


@shared_task
def take_in_photos(job_id: int) -> None:
    photo_import.take_in(job_id)


@shared_task
def sweep_photos() -> None:
    photo_import.sweep()
