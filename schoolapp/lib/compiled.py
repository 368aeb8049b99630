"""Queries whose SQL is worked out once per process: to put one together takes longer than the database to answer it.

    def given_to(user: int, today: date) -> QuerySet[Any, Any]:
        return Assignment.objects.filter(user=user, valid_from__lte=today).values_list("reach")

    GIVEN = Compiled(given_to, user=int, today=date)
    rows = GIVEN.rows(user=user.pk, today=clock.today())

Only for queries whose shape never differs and whose columns need no conversion. Build them with values of the kinds
alone, never with a branch that depends on one.
"""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import count
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.functional import cached_property

Kind = type[int] | type[date]


class Compiled:
    """`build` makes the query from values named as in `kinds`."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **kinds: Kind) -> None:
        self.build, self.kinds = build, kinds

    @cached_property
    def sql(self) -> tuple[str, tuple[Any, ...], dict[int, str]]:
        """The statement, its parameters, and which of them stand where a named value belongs."""
        stand_ins = dict(zip(self.kinds, stand_ins_of(self.kinds.values()), strict=True))
        statement, parameters = self.build(**stand_ins).query.sql_with_params()
        names = {value: name for name, value in stand_ins.items()}
        places = {n: names[value] for n, value in enumerate(parameters) if is_stand_in(value) and value in names}
        if set(places.values()) != set(self.kinds):
            raise ValueError("a value of the query is not among its parameters")
        return statement, tuple(parameters), places

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """What the query gives for these values."""
        statement, parameters, places = self.sql
        given = [values[places[n]] if n in places else parameter for n, parameter in enumerate(parameters)]
        with connection.cursor() as cursor:
            cursor.execute(statement, given)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def stand_ins_of(kinds: Any) -> Iterator[Any]:
    """A value of each kind that no query holds by itself."""
    for number, kind in zip(count(1), kinds, strict=False):
        yield date(9000 + number, 1, 1) if kind is date else 8_900_000_000_000_000_000 + number


def is_stand_in(value: Any) -> bool:
    return isinstance(value, int | date) and not isinstance(value, bool)
