"""The change history in words: which register, which field, from what to what, and who or what did it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission as Right
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateField, DateTimeField, ForeignKey
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.journal import pupils
from accessctl.journal.labels import COLUMNS, job_name
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
    fill_in_names(viewer, found)
    return found


def in_words(viewer: Any, events: Sequence[ChangeEvent]) -> list[Change]:
    """The events of a row that `viewer` may see all of."""
    registers, names = tracked(), user_names(viewer, events)
    found = []
    for event in events:
        entry = registers.get(event.table_name)
        found.append(Change(event, register_name(entry, event), doer(event, names)))
        if entry:
            found[-1].differences = differences(entry, event)
    fill_in_names(viewer, found)
    return found


def doer(event: ChangeEvent, names: dict[int, str]) -> str:
    """«Kari Nordmann», «Kari Nordmann (Innlogging)» for what her own login changed, or the job."""
    name, job = names.get(event.user_id or 0, ""), job_name(event.job)
    if name and job:
        return f"{name} ({job})"
    return name or job or _("Ukjent")


def register_name(entry: Tracked | None, event: ChangeEvent) -> str:
    return str(entry.model._meta.verbose_name).capitalize() if entry else event.table_name


def user_names(viewer: Any, events: Sequence[ChangeEvent]) -> dict[int, str]:
    return users_called(viewer, {event.user_id for event in events if event.user_id})


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
    if known.verbose_name != known.name.replace("_", " "):
        return str(capfirst(known.verbose_name))
    if known.name in COLUMNS:
        return str(capfirst(str(COLUMNS[known.name])))
    related = known.related_model if isinstance(known, ForeignKey) else None
    return str(capfirst(related._meta.verbose_name if related else known.verbose_name))


def shown(entry: Tracked, column: str, values: dict[str, Any]) -> str:
    """A value as people write it. A key to another row becomes `model#id`, which fill_in_names turns into a name."""
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
        return ", ".join(str(Permission(part).label) if part in Permission.values else str(part) for part in value)
    return str(dict(known.flatchoices).get(value, value))


def fill_in_names(viewer: Any, found: Sequence[Change]) -> None:
    """Turn keys into names: of registers without personal data, of rights, and of the people `viewer` may know of."""
    models = {entry.model._meta.label: entry for entry in tracked().values()}
    wanted: dict[str, set[int]] = defaultdict(set)
    for text in (part for change in found for row in change.differences for part in (row.old, row.new)):
        model, _hash, key = text.partition("#")
        if "." in model and key.isdigit():
            wanted[model].add(int(key))
    names: dict[str, str] = {}
    with wall.lifted("a name stands in the history where the reader may know it, whatever rows the reader sees"):
        for label, keys in wanted.items():
            if label == Right._meta.label:
                known = rights_called(keys)
            elif label in models:
                known = called(viewer, models[label], keys)
            else:
                continue
            names |= {f"{label}#{key}": name for key, name in known.items()}
    for change in found:
        change.differences = [
            Difference(row.label, names.get(row.old, number(row.old)), names.get(row.new, number(row.new)))
            for row in change.differences
        ]


def rights_called(keys: set[int]) -> dict[int, str]:
    slugs = Right.objects.filter(pk__in=keys).values_list("pk", "codename")
    return {pk: str(Permission(slug).label) for pk, slug in slugs if slug in Permission.values}


def called(viewer: Any, entry: Tracked, keys: set[int]) -> dict[int, str]:
    """The names of rows of one register that `viewer` may know. Rows about a person by something else have none."""
    rows = entry.model._default_manager
    if entry.model is User:
        return users_called(viewer, keys)
    if entry.pupil == "id":
        uuids = dict(rows.filter(pk__in=keys).values_list("pk", "uuid"))
        pupils_named = pupils.source().named(viewer, uuids.values())
        return {pk: str(pupils_named[uuid].label) for pk, uuid in uuids.items() if uuid in pupils_named}
    if entry.person == "id" or is_nameable(entry):
        return {pk: str(row) for pk, row in rows.in_bulk(list(keys)).items()}
    return {}


def users_called(viewer: Any, keys: set[int]) -> dict[int, str]:
    hidden = pupils.source().unnamed_users(viewer, keys)
    rows = User.objects.filter(pk__in=keys).values_list("pk", "display_name")
    return {pk: str(_("Skjermet person")) if pk in hidden else name for pk, name in rows}


def is_nameable(entry: Tracked) -> bool:
    """Whether a row says nothing of a person."""
    return not entry.pupil and not entry.person and entry.needs is None and entry.model is not User


def number(text: str) -> str:
    model, hash_sign, key = text.partition("#")
    return _("nr. %(key)s") % {"key": key} if hash_sign and "." in model and key.isdigit() else text
