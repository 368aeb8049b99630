"""Doorbells. Everything they need is in the database."""

from celery import shared_task

from admissions.moves import batches, due
from admissions.year import jobs


@shared_task
def carry_out_moves() -> None:
    due.carry_out_due()


@shared_task
def write_letters(batch_id: int) -> None:
    batches.write(batch_id)


@shared_task
def sweep_letters() -> None:
    batches.sweep()


@shared_task
def work_on_year(job_id: int) -> None:
    jobs.run(job_id)


@shared_task
def sweep_year() -> None:
    jobs.sweep()
