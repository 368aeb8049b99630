"""The context of one request in the database: as which role, and whose rows.

Everything is set for the transaction only, so that it ends with the request, however that ends, also behind a
connection pooler. Without a context the web role sees no row of a protected table.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Lookup, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.sql.compiler import SQLCompiler
from psycopg.pq import TransactionStatus

from accessctl.permissions import Permission
from accessctl.scope import scope_of
from accessctl.wall.areas import Area, opened_by
from accessctl.wall.roles import WEB

LIFTED, HIDDEN = "wall.lifted", "wall.hidden"
PARTS = ("all", "schools", "pupils")


@dataclass
class Pupils:
    """Single pupils a user reaches, by right, and the protected ones that stay hidden whatever the reach.

    `hidden_by` names a database function that finds those to hide, and what it is asked with; `shown` are not hidden
    even so.
    """

    reached: dict[Permission, set[int]] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    hidden_by: tuple[str, ...] = ()
    shown: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Found:
    """A setting the database works out by itself: what a function of its own finds, with some and without others."""

    function: str
    asked: tuple[str, ...]
    also: str
    without: str


PupilSource = Callable[[Any, Iterable[Permission]], Pupils]
_sources: list[PupilSource] = []


def register(source: PupilSource) -> None:
    """Let the app that knows the pupils say which single ones a user reaches. There is one such app."""
    _sources[:] = [source]


def setting(area: Area, part: str) -> str:
    return f"wall.{area.value}_{part}"


def empty_context() -> dict[str, str]:
    """Nobody's context: no rows."""
    return {HIDDEN: "", **{setting(area, part): "" for area in Area for part in PARTS}}


def context_of(user: Any) -> dict[str, str | Found]:
    """The settings that open the wall for `user`, as far as each right reaches."""
    scope = scope_of(user)
    held = {right for area in Area for right in opened_by(area) if scope.holds(right)}
    if not held:
        return {**empty_context()}
    pupils = _sources[0](user, held) if _sources else Pupils()
    hidden: str | Found = array(pupils.hidden - pupils.shown)
    if pupils.hidden_by:
        function, *asked = pupils.hidden_by
        hidden = Found(function, tuple(asked), array(pupils.hidden), array(pupils.shown))
    found: dict[str, str | Found] = {**empty_context(), HIDDEN: hidden}
    for area in Area:
        rights = opened_by(area) & held
        reaches = [scope.reach(right) for right in rights]
        found[setting(area, "all")] = "on" if any(reach.everything for reach in reaches) else ""
        found[setting(area, "schools")] = array({pk for reach in reaches for pk in reach.school_ids})
        found[setting(area, "pupils")] = array({pk for right in rights for pk in pupils.reached.get(right, ())})
    return found


def array(ids: Iterable[int]) -> str:
    return "{" + ",".join(str(int(pk)) for pk in sorted(ids)) + "}"


def configure(values: Mapping[str, str | Found]) -> None:
    """Set database settings until the transaction ends, in one statement."""
    calls = ", ".join(f"set_config('{name}', {in_sql(value)}, true)" for name, value in values.items())
    given = [part for value in values.values() for part in parameters_of(value)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", given)


def in_sql(value: str | Found) -> str:
    """A value as SQL, with a place for each of its parameters."""
    if not isinstance(value, Found):
        return "%s"
    places = ", ".join(["%s"] * len(value.asked))
    rows = f"{connection.ops.quote_name(value.function)}({places}) AS id UNION SELECT unnest(%s::bigint[])"
    all_but = f"(SELECT id FROM {rows}) found WHERE id <> ALL (%s::bigint[])"  # noqa: S608  # a function of our own
    return f"(SELECT coalesce(array_agg(id), '{{}}')::text FROM {all_but})"  # noqa: S608


def parameters_of(value: str | Found) -> tuple[str, ...]:
    return (*value.asked, value.also, value.without) if isinstance(value, Found) else (value,)


def look_past() -> None:
    """Lift the wall for what decides the context itself. `raise_for` puts it back."""
    configure({"role": WEB, LIFTED: "on"})


def raise_for(user: Any) -> None:
    """Go on as the web role, seeing the rows that are `user`'s; None is nobody.

    What the user reaches may itself be read from protected tables, so its source may lift the wall for that one look.
    """
    context = empty_context() if user is None else context_of(user)
    configure({"role": WEB, **context, LIFTED: ""})


@contextmanager
def lifted(reason: str) -> Iterator[None]:
    """Look past the user's own scope, for a check that must not be fooled by rows the user does not see.

    `reason` is for the reader of the code. What is found is shown only when the caller has judged that. Ask the
    database inside the block: a queryset that is evaluated after it sees the wall again.
    """
    if not reason:
        raise ValueError("say why the wall is lifted")
    if not connection.in_atomic_block:
        with transaction.atomic(), lifted(reason):
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true), set_config(%s, 'on', true)", [LIFTED, LIFTED])
        before = cursor.fetchone()[0] or ""
    try:
        yield
    finally:
        if not is_broken():
            configure({LIFTED: before})


def ids_of(function: str, *values: str) -> RawSQL:
    """For `pk__in`: ids from a database function that looks past the wall, where no index would serve otherwise.

    Safe only round a table with a policy, which then decides which of these rows the user sees.
    """
    places = ", ".join(["%s"] * len(values))
    return RawSQL(f"SELECT {connection.ops.quote_name(function)}({places})", values)


def found_by(function: str, *values: str) -> list[int]:
    """Ids from such a function, in its order, for a caller that reads the rows behind the policy afterwards."""
    with connection.cursor() as cursor:
        places = ", ".join(["%s"] * len(values))
        cursor.execute(f"SELECT {connection.ops.quote_name(function)}({places})", values)
        return [pk for (pk,) in cursor.fetchall()]


class Among(Lookup):
    """`field` is one of the ids of `ids_of`, found once.

    A sub-select is taken for a join, and repeated for each row where the planner expects a single one.
    """

    output_field = BooleanField()

    def __init__(self, field: str, ids: RawSQL | Subquery) -> None:
        super().__init__(F(field), ids)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        field, of_field = self.process_lhs(compiler, connection)
        ids, of_ids = compiler.compile(self.rhs)
        return f"{field} = ANY (ARRAY{ids})", (*of_field, *of_ids)


def is_broken() -> bool:
    """Whether the transaction can only be rolled back; the settings made in it go with it."""
    raw = connection.connection
    return connection.needs_rollback or raw is None or raw.info.transaction_status == TransactionStatus.INERROR


@dataclass
class RequestTransaction:
    undo: bool = False


@contextmanager
def around_request() -> Iterator[RequestTransaction]:
    """One transaction for the view and its template: what was done, the log of it and the page belong together.

    The access log is committed before the first byte leaves. With `undo` set nothing is kept. Raises
    TransactionManagementError when an error in the database was swallowed, since then nothing was logged either.
    """
    is_nested = connection.in_atomic_block
    try:
        with transaction.atomic():
            request = RequestTransaction()
            yield request
            if request.undo:
                transaction.set_rollback(True)
            elif is_broken():
                raise transaction.TransactionManagementError("a database error was swallowed; nothing was kept")
    finally:
        if is_nested and not is_broken():
            configure({"role": "none", LIFTED: "", **empty_context()})
