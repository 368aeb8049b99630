"""Which tables leave a change history, and the triggers that write it.

Each app says in its module `journal` what is tracked, and what is not and why. The triggers work per statement, so that
`update()`, bulk writes, raw SQL and COPY are caught alike, at little cost. They take the acting person or job from
django-pghistory's context, which lives in the transaction and so survives a connection pool.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pgtrigger
from django.db import connection
from django.db.models import Model

from accessctl.permissions import Permission

MASK = "•••"
CONTEXT = "nullif(current_setting('pghistory.context_metadata', true), '')::jsonb"


@dataclass(frozen=True)
class Tracked:
    """How one table is tracked.

    `hidden` columns are noted as changed, without their values; `ignored` ones are machinery, or repeat another row.
    `pupil` and `person` name the columns that say whom a row concerns. `needs` is the right over the pupil without
    which the values are not shown. `links` hold a pupil's uuid where none of these says whom the row concerns: they are
    kept, but nobody reading changes of no pupil in particular is shown them.
    """

    model: type[Model]
    hidden: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    pupil: str = ""
    person: str = ""
    needs: Permission | None = None
    links: tuple[str, ...] = ()


_tracked: dict[str, Tracked] = {}
_untracked: dict[str, str] = {}


def track(
    model: type[Model],
    *,
    hidden: tuple[str, ...] = (),
    ignored: tuple[str, ...] = (),
    pupil: str = "",
    person: str = "",
    needs: Permission | None = None,
    links: tuple[str, ...] = (),
) -> None:
    """Keep every change of the model's rows. Raises ValueError for a column the table does not have."""
    columns = {field.column for field in model._meta.concrete_fields}
    unknown = {name for name in (*hidden, *ignored, *links, pupil, person) if name} - columns
    if unknown:
        raise ValueError(f"{model._meta.label} has no column {', '.join(sorted(unknown))}")
    entry = Tracked(model, hidden, ignored, pupil, person, needs, links)
    _tracked[model._meta.db_table] = entry
    for trigger in triggers(entry):
        pgtrigger.register(trigger)(model)


def untracked(model: type[Model], reason: str) -> None:
    """Keep no history of the model's rows; `reason` says why that is right."""
    _untracked[model._meta.db_table] = reason


def tracked() -> dict[str, Tracked]:
    return dict(_tracked)


def reasons_for_none() -> dict[str, str]:
    return dict(_untracked)


def triggers(entry: Tracked) -> list[pgtrigger.Trigger]:
    """One trigger per operation, since each has its own transition tables."""
    return [
        pgtrigger.Trigger(
            name="history_insert",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="new_rows"),
            func=insert_statement(entry, "I", "new_rows", old=False),
        ),
        pgtrigger.Trigger(
            name="history_update",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Update,
            referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
            func=update_statement(entry),
        ),
        pgtrigger.Trigger(
            name="history_delete",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Delete,
            referencing=pgtrigger.Referencing(old="old_rows"),
            func=insert_statement(entry, "D", "old_rows", old=True),
        ),
    ]


@contextmanager
def told_of_by_another(*models: type[Model]) -> Iterator[None]:
    """Rows of these models that are added meanwhile leave no line of their own, since a line that says so is left.

    For what is added with a person by the thousand. Changing and removing the rows is kept as ever. Inside a
    transaction only: with it the exception is over.
    """
    added = {model: triggers(_tracked[model._meta.db_table])[0] for model in models}
    names = [trigger.get_pgid(model) for model, trigger in added.items()]  # type: ignore[arg-type]  # takes the class
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", ["{" + ",".join(names) + "}"])
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")


COLUMNS = "table_name, row_id, operation, old, new, pupil_id, person_id, user_id, job, request_id"


def who() -> str:
    """The acting user, job and request. A change that comes from none of ours is put down to the database user.

    Each is worked out once per statement, since it is a sub-select that refers to no row.
    """
    unknown = f"CASE WHEN {CONTEXT} IS NULL THEN 'database: ' || session_user ELSE '' END"
    return f"""(SELECT ({CONTEXT} ->> 'user')::bigint),
        (SELECT coalesce({CONTEXT} ->> 'job', {unknown})),
        (SELECT ({CONTEXT} ->> 'request')::uuid)"""


def whom(entry: Tracked, row: str) -> str:
    return f"{row}.{entry.pupil or 'NULL'}::bigint, {row}.{entry.person or 'NULL'}::bigint".replace(
        f"{row}.NULL", "NULL"
    )


def masked(entry: Tracked, row: str) -> str:
    """The row as JSON without empty columns, hidden values replaced.

    Named one by one: to take a row apart as JSON and its empty columns out again costs twice as much.
    """
    always: list[str] = []
    sometimes: list[str] = []
    for field in entry.model._meta.concrete_fields:
        name = str(field.column)
        if name in entry.ignored:
            continue
        pair = f"'{name}', " + (f"'{MASK}'::text" if name in entry.hidden else f"{row}.{name}")
        if field.null:
            sometimes.append(f" || CASE WHEN {row}.{name} IS NULL THEN '{{}}' ELSE jsonb_build_object({pair}) END")
        else:
            always.append(pair)
    return f"(jsonb_build_object({', '.join(always)}){''.join(sometimes)})"


def insert_statement(entry: Tracked, operation: str, rows: str, *, old: bool) -> str:
    table, key = entry.model._meta.db_table, entry.model._meta.pk.column
    values = f"{masked(entry, 'r')}, NULL" if old else f"NULL, {masked(entry, 'r')}"
    return f"""
    INSERT INTO accessctl_changeevent ({COLUMNS})
    SELECT '{table}', r.{key}, '{operation}', {values}, {whom(entry, "r")}, {who()} FROM {rows} r;
    RETURN NULL;
    """  # noqa: S608  # every part is a name of our own models


def update_statement(entry: Tracked) -> str:
    """Only what became different is kept: the old values and the new. A row written back unchanged leaves nothing.

    Each column is compared by itself: to take both rows apart as JSON and join the parts costs many times as much.
    A full join is hashed or merged. A plan for an inner join, made when one row changed and kept with the connection,
    would be a nested loop, and take minutes when ten thousand rows change.
    """
    table, key = entry.model._meta.db_table, entry.model._meta.pk.column
    fields = [field for field in entry.model._meta.concrete_fields if not field.primary_key]
    columns = [str(field.column) for field in fields if field.column not in entry.ignored]
    return f"""
    INSERT INTO accessctl_changeevent ({COLUMNS})
    SELECT '{table}', coalesce(n.{key}, o.{key}), 'U', difference.old, difference.new, {whom(entry, "n")}, {who()}
    FROM old_rows o FULL JOIN new_rows n ON n.{key} = o.{key}
    CROSS JOIN LATERAL (
        SELECT {differences(entry, columns, "o")} AS old, {differences(entry, columns, "n")} AS new OFFSET 0
    ) AS difference
    WHERE (o.*) IS DISTINCT FROM (n.*) AND difference.new <> '{{}}';
    RETURN NULL;
    """  # noqa: S608  # every part is a name of our own models


def differences(entry: Tracked, columns: list[str], row: str) -> str:
    """What `row` holds, as JSON, in the columns where the old row and the new one differ."""
    parts = [
        f"CASE WHEN o.{name} IS DISTINCT FROM n.{name} THEN jsonb_build_object('{name}', "
        + (f"'{MASK}'::text" if name in entry.hidden else f"{row}.{name}")
        + ") ELSE '{}' END"
        for name in columns
    ]
    return " || ".join(parts)
