"""Changes dated rows of a group, and notes how each was, so that all of it can be taken back exactly."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accessctl.models import User
from students.groups.refusals import GroupError
from students.models import Group, GroupChange, GroupStaffing, Membership

MODELS: dict[str, Any] = {"membership": Membership, "staffing": GroupStaffing, "group": Group}
FIELDS = {
    "membership": ("student_id", "group_id", "is_home_class", "valid_from", "valid_to"),
    "staffing": ("group_id", "employee_id", "function", "valid_from", "valid_to"),
    "group": ("closed_on",),
}
BATCH = 1000


def kind_of(row: Any) -> str:
    return next(kind for kind, model in MODELS.items() if isinstance(row, model))


def told(row: Any) -> dict[str, Any]:
    """The row's fields as they can be kept as JSON."""
    values = {name: getattr(row, name) for name in FIELDS[kind_of(row)]}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def read(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    dates = ("valid_from", "valid_to", "closed_on")
    return {name: date.fromisoformat(v) if v and name in dates else v for name, v in values.items()}


def changed_since() -> str:
    return _("Noe er endret siden, så dette kan ikke angres. Rett det for hånd.")


def pupils_of(change: GroupChange) -> set[int]:
    """Ids of the pupils whose places the act touched."""
    sides = [side for entry in change.rows for side in (entry["was"], entry["now"]) if side]
    return {side["student_id"] for side in sides if "student_id" in side}


class Ledger:
    """One act on one group. Made and used inside the act's own transaction, with the rows locked."""

    def __init__(self, group: Group, act: str, by: User) -> None:
        self.group, self.act, self.by = group, act, by
        self.rows: list[dict[str, Any]] = []

    def note(self, row: Any, was: dict[str, Any] | None, now: dict[str, Any] | None) -> None:
        self.rows.append({"kind": kind_of(row), "pk": row.pk, "was": was, "now": now})

    def end(self, ends: Iterable[tuple[Any, date | None]]) -> None:
        """Let each row end on its day; one with no day has never begun, and disappears."""
        changed: dict[str, list[Any]] = {kind: [] for kind in MODELS}
        gone: dict[str, list[int]] = {kind: [] for kind in MODELS}
        for row, last_day in ends:
            was = told(row)
            if last_day is None:
                gone[kind_of(row)].append(row.pk)
                self.note(row, was, None)
                continue
            row.valid_to = last_day
            changed[kind_of(row)].append(row)
            self.note(row, was, told(row))
        for kind, model in MODELS.items():
            model.objects.bulk_update(changed[kind], ["valid_to"], batch_size=BATCH) if changed[kind] else None
            model.objects.filter(pk__in=gone[kind]).delete() if gone[kind] else None

    def add(self, rows: list[Membership]) -> None:
        for row in Membership.objects.bulk_create(rows, batch_size=BATCH):
            self.note(row, None, told(row))

    def shut(self, groups: Iterable[Group], last_day: date) -> None:
        for group in groups:
            was, group.closed_on = told(group), last_day
            group.save(update_fields=["closed_on"])
            self.note(group, was, told(group))

    def close(self) -> GroupChange:
        return GroupChange.objects.create(group=self.group, act=self.act, by=self.by, rows=self.rows)

    @staticmethod
    def take_back(change: GroupChange) -> list[int]:
        """Put every row back, and return the pupils concerned. Raises GroupError when one has been changed since."""
        for entry in reversed(change.rows):
            model, was, now = MODELS[entry["kind"]], entry["was"], entry["now"]
            row = model.objects.select_for_update().filter(pk=entry["pk"]).first()
            if (told(row) if row else None) != now:
                raise GroupError(changed_since())
            if was is None:
                row.delete()
            elif row is None:
                model.objects.create(pk=entry["pk"], **read(entry["kind"], was))
            else:
                model.objects.filter(pk=row.pk).update(**read(entry["kind"], was))
        return sorted(pupils_of(change))
