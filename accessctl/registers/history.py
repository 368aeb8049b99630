"""What has been changed in one row of a register, by whom, from what to what."""

from typing import Any

from django.db.models import Model

from accessctl import wall
from accessctl.journal.changes import Change, in_words
from accessctl.models import ChangeEvent
from schoolapp.lib.whole_number import whole

MOST = 200


def changes_of(viewer: Any, model: type[Model], object_id: str) -> list[Change]:
    """The newest first. The caller has checked that the user may see the row."""
    row_id = whole(object_id, otherwise=0)
    if not row_id:
        return []
    rows = ChangeEvent.objects.filter(table_name=model._meta.db_table, row_id=row_id).order_by("-at", "-pk")
    with wall.lifted("the caller has checked the row, and its history is part of it"):
        events = list(rows[:MOST])
    return in_words(viewer, events)
