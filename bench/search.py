"""The one search, as suggestions, for each kind of reach: the time the database takes, against a look-up by key."""

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.db import connection, transaction

from accessctl import wall
from accessctl.models import User
from accessctl.scope import scope_of
from bench.measure import Comparison
from bench.pages import someone
from people.models import Person
from schools.search import found
from schools.views.search import SUGGESTED

ROUNDS = 7
FLOOR = "oppslag på nøkkel"
ROLES = ("laerer", "skoleadmin", "kommuneadmin")
# As people type: the beginning of a name, a common one, a whole one spelled another way, a class, a title, nothing.
QUERIES = ("ol", "han", "hansen", "nora hansen", "aase", "bjoern", "8a", "innkalling", "xqzw")
LIMIT_SECONDS = 0.012


def run() -> Iterator[Comparison]:
    for role in ROLES:
        user = someone(role)
        with transaction.atomic():
            wall.raise_for(user)
            searches = [taken(partial(search, user, query)) for query in QUERIES]
            floor = taken(lambda: Person.objects.filter(pk=1).first())
            transaction.set_rollback(True)
        yield Comparison(f"søk, {role}", FLOOR, statistics.median(searches), floor, ROUNDS * len(QUERIES))


def search(user: User, query: str) -> None:
    """As a request of its own does it, whose scope has been worked out already."""
    for read in ("_pupils_to_search", "_groups_to_search"):
        user.__dict__.pop(read, None)
    scope_of(user)
    found(user, query, most=SUGGESTED)


def taken(work: Callable[[], Any]) -> float:
    """Seconds in the database, the median of ROUNDS times after one to warm up."""
    times = []
    for _turn in range(ROUNDS + 1):
        watch = Watch()
        with connection.execute_wrapper(watch):
            work()
        times.append(watch.seconds)
    return statistics.median(times[1:])


class Watch:
    """Adds up how long the statements take."""

    seconds = 0.0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            self.seconds += time.perf_counter() - started
