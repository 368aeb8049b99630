"""A worker on the population register in a process of its own, which dies in the middle of what it does."""

import os
import signal
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "schoolapp.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, connections  # noqa: E402

from guardians.register import run, work  # noqa: E402


class Death:
    """Kills the process, as the kernel would, before the statement of that number is sent."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, execute: Any, *arguments: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)


def go(database: str, media: str, chunk: int, dies_at: int) -> None:
    """Do what the task does, against the test's database; with `dies_at` 0 until there is no more to do."""
    connections["default"].settings_dict["NAME"] = database
    settings.MEDIA_ROOT, settings.SYNTHETIC_IDS_ALLOWED, settings.REGISTER_STOP_PERCENT = media, True, 1000
    run.PERSONS_AT_A_TIME, run.CHILDREN_AT_A_TIME = chunk, chunk
    with connection.execute_wrapper(Death(dies_at)):
        work.work(seconds=300)
