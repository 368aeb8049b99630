"""What reading a file into a register would do, row by row, before anything is done."""

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accessctl.registers.files import Row, Unreadable
from accessctl.registers.forms import RegisterForm, as_posted, headings_of


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ERROR = "error"


@dataclass
class PlannedRow:
    number: int
    name: str
    outcome: Outcome
    form: RegisterForm
    # (label, before, after) of a changed row; (label, "", reason) of one with errors
    details: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class Plan:
    rows: list[PlannedRow]

    def of(self, outcome: Outcome) -> list[PlannedRow]:
        return [row for row in self.rows if row.outcome == outcome]

    @property
    def counts(self) -> dict[str, int]:
        return {outcome.value: len(self.of(outcome)) for outcome in Outcome}

    @property
    def digest(self) -> str:
        """Two previews that would do the same have the same digest."""
        told = [[row.number, row.name, row.outcome.value, row.details, row.form.data] for row in self.rows]
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def make_plan(admin: Any, request: HttpRequest, headings: list[str], rows: list[Row]) -> Plan:
    """Judge every row. Raises Unreadable when the headings are not those of this register."""
    form_class = admin.get_form(request)
    blank = form_class()
    names = columns_in(headings_of(blank, admin.columns), headings, admin.key)
    reached = admin.reached(request.user, admin.change_permission)
    found: dict[tuple[str, ...], int] = {}
    planned = []
    for number, cells in rows:
        data = {name: as_posted(blank, name, cell) for name, cell in zip(names, cells, strict=True) if name}
        key = tuple(str(data.get(name, "")).lower() for name in admin.key)
        row = planned_row(admin, form_class, reached, number, data)
        if key in found:
            row.outcome = Outcome.ERROR
            row.details = [("", "", _("Står også i rad %(row)d. Hver kan stå bare én gang.") % {"row": found[key]})]
        found.setdefault(key, number)
        planned.append(row)
    return Plan(planned)


def columns_in(wanted: dict[str, str], headings: list[str], key: tuple[str, ...]) -> list[str]:
    """The field of each column in the file. Raises Unreadable for headings that are unknown, double or missing."""
    by_heading = {heading: name for name, heading in wanted.items()}
    given = [heading.lower() for heading in headings]
    unknown = [heading for heading in headings if heading.lower() not in by_heading]
    doubled = {heading for heading in given if given.count(heading) > 1}
    missing = [wanted[name] for name in key if wanted[name] not in given]
    known = ", ".join(by_heading)
    if unknown or doubled:
        names = ", ".join(f"«{heading[:40]}»" for heading in [*unknown, *sorted(doubled)])
        raise Unreadable(
            _("Disse overskriftene kjenner vi ikke, eller de står to ganger: %(names)s. De kan være: %(known)s.")
            % {"names": names, "known": known}
        )
    if missing:
        raise Unreadable(_("Disse overskriftene mangler: %(names)s.") % {"names": ", ".join(missing)})
    return [by_heading[heading] for heading in given]


def planned_row(admin: Any, form_class: Any, reached: Any, number: int, data: dict[str, Any]) -> PlannedRow:
    name = " ".join(str(data.get(key, "")) for key in admin.key)
    existing = admin.existing(form_class(), data)
    instance = existing if existing is not None else admin.model()
    form = form_class(instance=instance)
    # A column that the file does not have keeps its value.
    kept = {field: form[field].value() for field in form.fields if field not in data} if existing else {}
    form = form_class({**{k: v for k, v in kept.items() if v is not None}, **data}, instance=instance)
    if existing is not None and not reached.filter(pk=existing.pk).exists():
        return PlannedRow(number, name, Outcome.ERROR, form, [("", "", _("Du kan ikke endre denne raden."))])
    before = {field: form.as_cell(field) for field in data if field in form.fields}
    if not form.is_valid():
        errors = [
            (str(form.fields[field].label) if field in form.fields else "", "", str(error))
            for field, errors in form.errors.items()
            for error in errors
        ]
        return PlannedRow(number, name, Outcome.ERROR, form, errors)
    if existing is None:
        told = [field for field in before if data[field] and field not in admin.never_exported]
        details = [(str(form.fields[field].label), "", str(data[field])) for field in told]
        return PlannedRow(number, name, Outcome.NEW, form, details)
    changed = [field for field in form.changed_data if field in data]
    details = [(str(form.fields[field].label), before[field], str(data[field])) for field in changed]
    return PlannedRow(number, name, Outcome.CHANGED if changed else Outcome.UNCHANGED, form, details)
