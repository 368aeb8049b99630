"""Asking the database as a process of the running system does, instead of as the owner of the tables."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from accessctl import wall


@contextmanager
def as_worker() -> Iterator[None]:
    """What is asked inside is asked by the role the workers connect as. Needs a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true)", [wall.WORKER])
        yield
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (wall.WORKER,)
        cursor.execute("SELECT set_config('role', 'none', true)")
