"""The change history in words: which register, which field, from what to what, and who or what did it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateField, DateTimeField, ForeignKey
from django.utils.translation import gettext as _

from accessctl.journal import pupils
from accessctl.journal.tracking import MASK, Tracked, tracked
from accessctl.journal.words import moment
from accessctl.models import ChangeEvent, User
from accessctl.permissions import Permission

MACHINERY = {"id", "uuid", "username"}


@dataclass(frozen=True)
class Difference:
    label: str
    old: str
    new: str


@dataclass
class Change:
    """One row's change. `differences` is empty when the viewer may know that it happened, but not what it was."""

    event: ChangeEvent
    register: str
    who: str
    withheld: bool = False
    differences: list[Difference] = field(default_factory=list)

    @property
    def when(self) -> str:
        return moment(self.event.at)


def changes(viewer: Any, events: Sequence[ChangeEvent], *, pupil: UUID | None) -> list[Change]:
    """The events in words. Values that need a right over the pupil are withheld from those who lack it."""
    registers = tracked()
    names = user_names(viewer, events)
    held: dict[Permission, bool] = {}
    found = []
    for event in events:
        entry = registers.get(event.table_name)
        change = Change(event, register_name(entry, event), doer(event, names))
        needed = entry.needs if entry else Permission.SEE_PROTECTED
        if needed is not None and needed not in held:
            held[needed] = pupil is not None and pupils.source().reaches(viewer, needed, pupil)
        if needed is not None and not held[needed]:
            change.withheld = True
        elif entry:
            change.differences = differences(entry, event)
        found.append(change)
    fill_in_names(found)
    return found


def doer(event: ChangeEvent, names: dict[int, str]) -> str:
    """«Kari Nordmann», «Kari Nordmann (Innlogging)» for what her own login changed, or the job."""
    name = names.get(event.user_id or 0, "")
    if name and event.job:
        return f"{name} ({event.job})"
    return name or event.job or _("Ukjent")


def register_name(entry: Tracked | None, event: ChangeEvent) -> str:
    return str(entry.model._meta.verbose_name).capitalize() if entry else event.table_name


def user_names(viewer: Any, events: Sequence[ChangeEvent]) -> dict[int, str]:
    ids = {event.user_id for event in events if event.user_id}
    hidden = pupils.source().unnamed_users(viewer, ids)
    rows = User.objects.filter(pk__in=ids).values_list("pk", "display_name")
    return {pk: str(_("Skjermet person")) if pk in hidden else name for pk, name in rows}


def differences(entry: Tracked, event: ChangeEvent) -> list[Difference]:
    """Each field that was set, changed or removed, in the order of the model."""
    old, new = event.old or {}, event.new or {}
    columns = [f.column for f in entry.model._meta.concrete_fields]
    keys = sorted((old.keys() | new.keys()) - MACHINERY, key=lambda k: columns.index(k) if k in columns else 99)
    return [Difference(label(entry, key), shown(entry, key, old), shown(entry, key, new)) for key in keys]


def model_field(entry: Tracked, column: str) -> Any:
    for known in entry.model._meta.concrete_fields:
        if known.column == column:
            return known
    raise FieldDoesNotExist(column)


def label(entry: Tracked, column: str) -> str:
    try:
        known = model_field(entry, column)
    except FieldDoesNotExist:
        return column
    if isinstance(known, ForeignKey) and known.verbose_name == known.name.replace("_", " "):
        return str(known.related_model._meta.verbose_name).capitalize()
    return str(known.verbose_name).capitalize()


def shown(entry: Tracked, column: str, values: dict[str, Any]) -> str:
    """A value as people write it. A key to another row becomes `table#id`, which fill_in_names turns into a name."""
    if values.get(column) is None:
        return ""
    value = values[column]
    if column in entry.links or value == MASK:
        return MASK
    try:
        known = model_field(entry, column)
    except FieldDoesNotExist:
        return str(value)
    if isinstance(known, ForeignKey):
        return f"{known.related_model._meta.label}#{value}"
    if isinstance(value, bool):
        return str(_("ja") if value else _("nei"))
    if isinstance(known, DateTimeField):
        return moment(datetime.fromisoformat(value))
    if isinstance(known, DateField):
        return f"{date.fromisoformat(value):%d.%m.%Y}"
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(dict(known.flatchoices).get(value, value))


def fill_in_names(found: Sequence[Change]) -> None:
    """Turn keys into the names of registers without personal data; a key to a person stays a number."""
    named = {entry.model._meta.label: entry.model for entry in tracked().values() if is_nameable(entry)}
    wanted: dict[str, set[int]] = defaultdict(set)
    for text in (part for change in found for row in change.differences for part in (row.old, row.new)):
        model, _hash, key = text.partition("#")
        if model in named and key.isdigit():
            wanted[model].add(int(key))
    names = {
        f"{model}#{key}": str(row)
        for model, keys in wanted.items()
        for key, row in named[model]._default_manager.in_bulk(list(keys)).items()
    }
    for change in found:
        change.differences = [
            Difference(row.label, names.get(row.old, number(row.old)), names.get(row.new, number(row.new)))
            for row in change.differences
        ]


def is_nameable(entry: Tracked) -> bool:
    return not entry.pupil and not entry.person and entry.needs is None and entry.model is not User


def number(text: str) -> str:
    model, hash_sign, key = text.partition("#")
    return _("nr. %(key)s") % {"key": key} if hash_sign and "." in model and key.isdigit() else text
