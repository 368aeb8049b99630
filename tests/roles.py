"""Asking the database as a process of the running system does, instead of as the owner of the tables."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from accessctl import wall
from accessctl.wall.roles import WEB


@contextmanager
def as_worker() -> Iterator[None]:
    """What is asked inside is asked by the role the workers connect as. Needs a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true)", [wall.WORKER])
        yield
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (wall.WORKER,)
        cursor.execute("SELECT set_config('role', 'none', true)")


@contextmanager
def after_request() -> Iterator[None]:
    """What is asked inside is asked by the role of the web when a request has ended, and so for nobody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true)", [WEB])
        yield
        cursor.execute("SELECT set_config('role', 'none', true)")
