"""What has been changed in one row of a register, by whom, from what to what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.text import capfirst

from accessctl import wall
from accessctl.models import ChangeEvent, User

MOST = 200
# Technical columns say nothing to the reader.
SILENT = frozenset({"id", "uuid"})


@dataclass(frozen=True)
class Difference:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    at: datetime
    who: str
    what: str
    differences: list[Difference]


def changes_of(model: type[Model], object_id: str) -> list[Change]:
    """The newest first. The caller has checked that the user may see the row."""
    if not object_id.isdigit():
        return []
    rows = ChangeEvent.objects.filter(table_name=model._meta.db_table, row_id=int(object_id)).order_by("-at", "-pk")
    with wall.lifted("the caller has checked the row, and its history is part of it"):
        events = list(rows[:MOST])
    names = dict(User.objects.filter(pk__in={e.user_id for e in events if e.user_id}).values_list("pk", "display_name"))
    return [
        Change(
            e.at,
            names.get(e.user_id or 0, e.job),
            e.get_operation_display(),
            differences(model, e.old or {}, e.new or {}),
        )
        for e in events
    ]


def differences(model: type[Model], old: dict[str, Any], new: dict[str, Any]) -> list[Difference]:
    changed = [name for name in {**old, **new} if old.get(name) != new.get(name) and name not in SILENT]
    return [Difference(label_of(model, name), shown(old.get(name)), shown(new.get(name))) for name in changed]


def label_of(model: type[Model], column: str) -> str:
    try:
        field: Any = model._meta.get_field(column.removesuffix("_id"))
    except FieldDoesNotExist:
        return column
    return str(capfirst(field.verbose_name))


def shown(value: Any) -> str:
    return "" if value is None else str(value)
