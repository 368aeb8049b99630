"""Workers that are killed: each is a process of its own, and dies at a counted moment."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

from tests.faults.dying import start_workers, stay_at_work

PRELOADED = ["tests.faults.dying", "tests.faults.register_worker"]
PLACE = ("NAME", "HOST", "PORT", "USER", "PASSWORD", "OPTIONS")
ARCHIVE = ("NCORE", "FIKS_IO", "MASKINPORTEN", "ARCHIVE_CLIENT_TIMEOUT", "ARCHIVE_QUIET_SECONDS")
LETTERS = ("SVARUT", "MASKINPORTEN", "SVARUT_CLIENT_TIMEOUT", "SVARUT_QUIET_SECONDS")
LONGEST = 240


def forks() -> Any:
    """Processes that begin with what they need imported."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


class Workers:
    def __init__(self, pipe: Any) -> None:
        self.pipe = pipe

    def work(self, dies_before: int | None = None) -> bool:
        """Let a worker work until there is no more to do. Whether it died, before thing number `dies_before`.

        Without a number the count goes on from the worker before; from 0 nobody dies.
        """
        return self._ended(1, dies_before) == [-signal.SIGKILL]

    def work_at_once(self, number: int) -> None:
        """Several workers beside each other, which all live."""
        assert self._ended(number, 0) == [0] * number

    def _ended(self, *order: int | None) -> list[int]:
        self.pipe.send(order)
        assert self.pipe.poll(LONGEST), "a worker hangs"
        codes: list[int] = self.pipe.recv()
        assert set(codes) <= {0, -signal.SIGKILL}, "a worker ended in an error, which is printed"
        return codes


@contextmanager
def process_at(does: Callable, job: Callable, names: tuple[str, ...]) -> Iterator[Any]:
    """A process of its own that `does` `job`, on this test's database and files and with these of its settings.

    Gives the pipe to it, when it is ready.
    """
    context = forks()
    ours, theirs = context.Pipe()
    database = {name: connection.settings_dict[name] for name in PLACE}
    values = {name: getattr(settings, name) for name in ("MEDIA_ROOT", *names)}
    process = context.Process(target=does, args=(theirs, database, values, job))
    process.start()
    theirs.close()
    assert ours.poll(LONGEST), "it never came up"
    ours.recv()
    yield ours
    ours.send(None)
    process.join(LONGEST)
    assert process.exitcode == 0


@contextmanager
def workers_at(job: Callable, names: tuple[str, ...]) -> Iterator[Workers]:
    """Workers at a job of `tests.faults.dying`, which may be killed."""
    with process_at(start_workers, job, names) as pipe:
        yield Workers(pipe)


class LastingWorker:
    def __init__(self, pipe: Any) -> None:
        self.pipe = pipe

    def begin(self) -> None:
        self.pipe.send("work")

    def end(self) -> tuple[int, list[str]]:
        """How many attempts it made, and what the operator could read."""
        assert self.pipe.poll(LONGEST), "the worker hangs"
        return self.pipe.recv()


@contextmanager
def lasting_worker(job: Callable, names: tuple[str, ...]) -> Iterator[LastingWorker]:
    """A worker that works on when something has gone wrong."""
    with process_at(stay_at_work, job, names) as pipe:
        yield LastingWorker(pipe)
