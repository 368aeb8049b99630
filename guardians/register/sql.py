"""Statements over whole chunks. Every name in them is one of our own tables; values are always parameters."""

from typing import Any

from django.db import connection
from django.db.models import Model, UUIDField

# Weakest first, as people.models.Protection; a rank counts from 1.
RANKS = "ARRAY['none', 'client', 'confidential', 'strict']::varchar[]"


def rank(column: str) -> str:
    return f"array_position({RANKS}, {column})"


def rows(statement: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or [])
        return cursor.fetchall()


def run_sql(statement: str, values: list[Any] | None = None) -> int:
    """Run a statement and say how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or [])
        return cursor.rowcount


def run_all(*statements: str) -> None:
    """Run statements without values in one go."""
    with connection.cursor() as cursor:
        cursor.execute(";\n".join(statements))


def insert(model: type[Model], given: dict[str, str], source: str, values: list[Any], *, returning: str = "") -> Any:
    """`INSERT … SELECT` with every column of `model` filled: `given` in SQL, the others by the model's own default.

    Gives the rows of `returning`, or how many were added.
    """
    columns, expressions, defaults = list(given), list(given.values()), []
    for field in model._meta.concrete_fields:
        if field.primary_key or field.column in given or field.generated:
            continue
        columns.append(str(field.column))
        if isinstance(field, UUIDField):
            expressions.append("gen_random_uuid()")
        else:
            expressions.append("%s")
            defaults.append(field.get_db_prep_save(field.get_default(), connection))
    statement = (
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {', '.join(expressions)} FROM {source}"
    )
    if returning:
        return rows(f"{statement} RETURNING {returning}", [*defaults, *values])
    return run_sql(statement, [*defaults, *values])
