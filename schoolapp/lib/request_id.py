"""The number of the request at hand: in the access log, in the change history, in log lines and in the answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID, uuid4


@dataclass(frozen=True)
class Request:
    """What is noted of a request wherever it leaves a trace."""

    id: UUID
    login_method: str = ""


_current: ContextVar[Request | None] = ContextVar("request", default=None)


def current() -> Request | None:
    """The request at hand; None in tasks and commands."""
    return _current.get()


@contextmanager
def begun(login_method: str = "") -> Iterator[Request]:
    """Give whatever happens inside one number. It is ours alone: a caller could make two requests look like one."""
    request = Request(uuid4(), login_method)
    token = _current.set(request)
    try:
        yield request
    finally:
        _current.reset(token)
