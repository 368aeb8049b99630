"""Workers that die before the so-many-th thing they would change outside themselves.

Those are: a row written, a transaction committed, a message posted that is more than a question. What a worker does
between two of them nobody else can see, so one that has died before each has died at every moment there is: before a
message, after it and before it is noted, after it is written down and before that is committed.
"""

import logging
import mmap
import os
import signal
import struct
import traceback
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "schoolapp.settings")
django.setup()

import requests  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import close_old_connections, connection, connections  # noqa: E402

from archive import connectors  # noqa: E402
from archive import worker as archive_worker  # noqa: E402
from archive.connectors.elements_ncore import ElementsNCore  # noqa: E402
from messaging import worker as letters_worker  # noqa: E402

WRITES = ("INSERT", "UPDATE", "DELETE")
QUESTIONS = ("FilteredQuery", "/token", "/status/sok")


class Death:
    """Counts down what is left, in memory the workers share; one that begins with nothing left lives."""

    def __init__(self) -> None:
        self.memory = mmap.mmap(-1, 8)

    @property
    def left(self) -> int:
        return int(struct.unpack("q", self.memory[:8])[0])

    @left.setter
    def left(self, number: int) -> None:
        self.memory[:8] = struct.pack("q", number)

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def before_statement(self, execute: Callable, sql: str, *rest: Any) -> Any:
        if sql.lstrip().startswith(WRITES) and not connection.in_atomic_block:
            self.step()
        return execute(sql, *rest)

    def watch(self) -> None:
        commit, request = connection._commit, requests.Session.request  # type: ignore[attr-defined]

        def stepping_commit() -> None:
            self.step()
            commit()

        def stepping_request(session: requests.Session, method: str, url: str, **more: Any) -> requests.Response:
            told = f"{url} {more.get('headers')}"
            if method.upper() == "POST" and not any(question in told for question in QUESTIONS):
                self.step()
            return request(session, method, url, **more)

        connection._commit = stepping_commit  # type: ignore[attr-defined]
        requests.Session.request = stepping_request  # type: ignore[assignment]
        connection.execute_wrappers.append(self.before_statement)


def archive() -> Callable[[], object]:
    """A turn of a worker of the archive, with the archive's descriptions read beforehand."""
    connector = connectors.connect()
    if isinstance(connector, ElementsNCore):
        for service in (connector.services._model, connector.services._documents):
            service._connect()
            service.transport.session.close()
    return lambda: archive_worker.work(seconds=240, connector=connector)


def letters() -> Callable[[], object]:
    return lambda: letters_worker.work(seconds=240)


def start_workers(pipe: Any, database: dict[str, Any], values: dict[str, Any], job: Callable) -> None:
    """For each pair that comes, start so many workers, one of which dies after so long; tell how they ended.

    Workers are forked from here, where there are no threads and all that takes long is ready.
    """
    connections["default"].settings_dict.update(database)
    for name, value in values.items():
        setattr(settings, name, value)
    turn, death = job(), Death()
    connections.close_all()
    pipe.send([])
    while (order := pipe.recv()) is not None:
        number, death.left = order[0], death.left if order[1] is None else order[1]
        workers = [_forked(turn, death) for _ in range(number)]
        pipe.send([os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]) for worker in workers])


def _forked(turn: Callable[[], object], death: Death) -> int:
    if child := os.fork():
        return child
    try:
        death.watch()
        turn()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


class Lines(logging.Handler):
    """What the operator reads."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.read: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.read.append(self.format(record))


def stay_at_work(pipe: Any, database: dict[str, Any], values: dict[str, Any], job: Callable) -> None:
    """One worker that lives on, as under Celery: a turn for each word that comes, told with the lines it wrote."""
    connections["default"].settings_dict.update(database)
    for name, value in values.items():
        setattr(settings, name, value)
    turn, lines = job(), Lines()
    logging.getLogger().addHandler(lines)
    pipe.send((0, []))
    while pipe.recv():
        close_old_connections()
        attempts = turn()
        pipe.send((attempts, lines.read))
        lines.read = []
