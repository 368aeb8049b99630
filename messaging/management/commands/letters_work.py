"""Works through the letters outside Celery, for operations and for rehearsals."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from messaging import outbox, polling, worker
from messaging.models import Dispatch


class Command(BaseCommand):
    help = "Send the letters that are due. Safe to start any number of times, and to kill at any moment."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--until-empty", action="store_true", help="wait for quiet periods until nothing is open")
        parser.add_argument("--status", action="store_true", help="ask how what is sent stands, too")

    def handle(self, *args: Any, until_empty: bool, status: bool, **options: Any) -> None:
        attempts = worker.work(seconds=3600)
        while until_empty and Dispatch.objects.filter(state__in=outbox.OPEN).exists():
            time.sleep(0.2)
            attempts += worker.work(seconds=3600)
        moved = polling.poll() if status else 0
        self.stdout.write(f"{attempts} attempts, {moved} moved")
