"""Many rows at once: ids are handed out in advance and the rows go to PostgreSQL with COPY."""

from collections.abc import Callable
from typing import Any

from django.db import connection, models

BUFFER = 20_000


class Rows:
    """Rows of one model on their way to its empty or standing table. Columns not named get the field's default."""

    def __init__(self, model: type[models.Model], *columns: str) -> None:
        self.table = model._meta.db_table
        self.columns = ("id", *columns)
        rest = [f for f in model._meta.concrete_fields if f.attname not in self.columns]
        self.names = [*self.columns, *(f.attname for f in rest)]
        self.rest = tuple(f.get_default() for f in rest)
        self.buffer: list[tuple[Any, ...]] = []
        self.made = 0
        self.when_full: Callable[[], None] = self.flush
        self.last_id = model._base_manager.aggregate(last=models.Max("pk"))["last"] or 0
        with connection.cursor() as cursor:
            cursor.execute(f'lock table "{self.table}" in exclusive mode')

    def add(self, *values: Any) -> int:
        """Queue one row, the values in the order of the columns, and return its id."""
        self.last_id += 1
        self.made += 1
        self.buffer.append((self.last_id, *values, *self.rest))
        if len(self.buffer) >= BUFFER:
            self.when_full()
        return self.last_id

    def flush(self) -> None:
        names = ", ".join(f'"{name}"' for name in self.names)
        with connection.cursor() as cursor, cursor.copy(f'copy "{self.table}" ({names}) from stdin') as copy:
            for row in self.buffer:
                copy.write_row(row)
        self.buffer.clear()

    def close(self) -> None:
        """Send what is left, and let the table's own ids go on after ours."""
        self.flush()
        with connection.cursor() as cursor:
            cursor.execute(
                "select setval(pg_get_serial_sequence(%s, 'id'), greatest(%s, 1))", [f'"{self.table}"', self.last_id]
            )
