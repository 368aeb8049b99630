"""The bell for the logs' own work."""

from celery import shared_task

from accessctl.journal import alerts, seal


@shared_task
def seal_log() -> None:
    seal.seal_all()


@shared_task
def look_for_alerts() -> None:
    alerts.look_for_many()
