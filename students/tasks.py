"""The bell for what changes with the date."""

from celery import shared_task

from students.groups.class_names import repeat_class_names
from students.insight import actions as insight
from students.statistics import actions as statistics


@shared_task
def repeat_classes() -> None:
    repeat_class_names()


@shared_task
def make_insight(job_id: int) -> None:
    insight.make(job_id)


@shared_task
def sweep_insight() -> None:
    insight.sweep()


@shared_task
def freeze_statistics() -> None:
    statistics.freeze_due()
