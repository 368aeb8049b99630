"""Several small questions to the database in one round trip: a start page asks about much and shows little."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


@dataclass(frozen=True)
class HowMany:
    """Asks how many rows there are; the answer is a number."""

    rows: QuerySet[Any, Any]


Asked = Mapping[str, QuerySet[Any, Any] | HowMany]
Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """What one module asks for, and what it makes of the answers. One that asks for nothing has nothing to tell.

    Names of questions are prefixed with the app, for all that is asked on a page is asked together.
    """

    ask: Callable[..., Asked]
    tell: Callable[..., Any]


def gather(asked: Asked) -> dict[str, Any]:
    """The answers by name, in one query: a number, or the rows of a `values_list` in its order.

    Values are as JSON has them: a date, a moment and a uuid are text. For few rows only.
    """
    parts: list[str] = []
    params: list[Any] = []
    answers: dict[str, Any] = {}
    names: list[str] = []
    for name, question in asked.items():
        answers[name] = 0 if isinstance(question, HowMany) else []
        try:
            part, given = compiled(question)
        except EmptyResultSet:
            continue
        names.append(name)
        parts.append(part)
        params += given
    if not parts:
        return answers
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        found = cursor.fetchone()
    return answers | {
        name: json.loads(value) if isinstance(value, str) else value for name, value in zip(names, found, strict=True)
    }


def compiled(question: QuerySet[Any, Any] | HowMany) -> tuple[str, list[Any]]:
    """One question as a column of the one query. Raises EmptyResultSet for one that no row can answer."""
    if isinstance(question, HowMany):
        sql, params = question.rows.order_by().query.get_compiler(connection=connection).as_sql()
        return f"(SELECT count(*) FROM ({sql}) AS q)", list(params)  # noqa: S608 (Django writes the SQL, values are parameters)
    compiler = question.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    columns = ", ".join(f"c{number}" for number in range(len(compiler.select)))
    rows = f"SELECT json_build_array({columns}) AS line FROM ({sql}) AS q({columns})"  # noqa: S608 (the same)
    return f"(SELECT coalesce(json_agg(line)::text, '[]') FROM ({rows}) AS r)", list(params)  # noqa: S608 (the same)
