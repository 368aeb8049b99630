"""Works through the archive queue outside Celery, for operations and for rehearsals."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from archive import actions, outbox, worker
from archive.models import ArchiveRun, Delivery


class Command(BaseCommand):
    help = "Deliver what a run has taken. Safe to start any number of times, and to kill at any moment."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--run", action="store_true", help="start a run first, as at the fixed times")
        parser.add_argument("--until-empty", action="store_true", help="wait for quiet periods until nothing is open")

    def handle(self, *args: Any, run: bool, until_empty: bool, **options: Any) -> None:
        if run:
            actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)
        attempts = worker.work(seconds=3600)
        while until_empty and Delivery.objects.filter(state__in=outbox.OPEN, run__isnull=False).exists():
            time.sleep(0.2)
            attempts += worker.work(seconds=3600)
        self.stdout.write(f"{attempts} attempts")
