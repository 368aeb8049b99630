"""Listens for the archive's answers over Fiks IO, as a process of its own that is always running."""

import contextlib
import signal
import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error

from archive.consumer import Consumer, NotConfigured, account

ASKS_AGAIN = 15.0


def has_moved(mine: UUID) -> Callable[[], bool]:
    """Asks now and then whether we have been given another account. Late answers are taken after a change of system."""
    asks_at, is_another = time.monotonic() + ASKS_AGAIN, False

    def moved() -> bool:
        nonlocal asks_at, is_another
        if not is_another and time.monotonic() >= asks_at:
            asks_at = time.monotonic() + ASKS_AGAIN
            with contextlib.suppress(NotConfigured, Error):
                is_another = account() != mine
        return is_another

    return moved


def listener(over: threading.Event) -> Consumer:
    """For the account of the moment, until it is over or the account is another. Raises NotConfigured."""
    mine = account()
    moved = has_moved(mine)
    consumer = Consumer(mine, is_over=lambda: over.is_set() or moved())
    consumer.pause = over.wait
    return consumer


class Command(BaseCommand):
    help = "Listen for the archive's answers over Fiks IO. May be killed at any moment; run one, or two for safety."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--wait", action="store_true", help="wait while another records system is in use")

    def handle(self, *args: Any, wait: bool, **options: Any) -> None:
        over, told = threading.Event(), ""
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: over.set())
        while not over.is_set():
            try:
                consumer = listener(over)
            except NotConfigured as reason:
                if told != str(reason):
                    told = str(reason)
                    self.stderr.write(told)
                if not wait:
                    return
                over.wait(ASKS_AGAIN)
                continue
            told = ""
            consumer.run()
