"""What a file would change, worked out from the staged rows before anything is changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.actions import may_be_called
from people.models import NationalId, Person
from schoolapp.lib import clock
from staff.hr.shape import FeedEmployee, FeedPosition, from_json
from staff.models import Employee, OrgUnit, Position, SyncRun

POSITION_FIELDS = {
    "employment_id": gettext_lazy("arbeidsforhold"),
    "is_primary": gettext_lazy("hovedstilling"),
    "code": gettext_lazy("stillingskode"),
    "title": gettext_lazy("stilling"),
    "percent": gettext_lazy("stillingsprosent"),
    "weekly_hours": gettext_lazy("timer per uke"),
    "manager_number": gettext_lazy("leder"),
    "responsibility": gettext_lazy("ansvar"),
    "function": gettext_lazy("funksjon"),
    "valid_from": gettext_lazy("fra-dato"),
    "valid_to": gettext_lazy("til-dato"),
}
EMPLOYEE_FIELDS = {
    "employee_number": gettext_lazy("ansattnummer"),
    "initials": gettext_lazy("initialer"),
    "title": gettext_lazy("stilling"),
    "work_email": gettext_lazy("e-post"),
    "work_phone": gettext_lazy("telefon"),
    "hr_username": gettext_lazy("brukernavn"),
    "employed_from": gettext_lazy("ansatt fra"),
    "employed_to": gettext_lazy("siste dag"),
    "follows_hr": gettext_lazy("følger HR"),
}


@dataclass
class Change:
    """What one staged person leads to. `employee` is None for a new one; `person` when somebody known is meant."""

    feed: FeedEmployee
    employee: Employee | None = None
    person: Person | None = None
    values: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    positions: list[tuple[Position | None, FeedPosition, list[str]]] = field(default_factory=list)
    vanished: list[Position] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    conflict: str = ""

    @property
    def is_new(self) -> bool:
        return self.employee is None and not self.conflict

    @property
    def ends_now(self) -> bool:
        """Whether somebody employed until now has left according to the file."""
        end = self.values.get("employed_to")
        return bool(self.employee and not self.employee.has_left and end and end < clock.today())


@dataclass
class Plan:
    changes: list[Change]
    missing: list[Employee]
    known: int

    @property
    def lost(self) -> int:
        """Of those employed until now: who is not in the file, or has left according to it."""
        return len(self.missing) + sum(change.ends_now for change in self.changes)

    def is_short(self, least_percent: int) -> bool:
        return (self.known - self.lost) * 100 < self.known * least_percent


def plan_of(run: SyncRun) -> Plan:
    """Compare the staged rows with the register, in a handful of queries whatever their number."""
    feeds = [from_json(content) for content in run.staged.order_by("row").values_list("content", flat=True)]
    lookup = Lookup(feeds)
    changes = [lookup.change(feed) for feed in feeds]
    met = {change.employee.pk for change in changes if change.employee}
    following = Employee.objects.employed().filter(follows_hr=True)
    # Each has been read already; which of them the file is about is asked by number alone.
    known = [lookup.by_pk[pk] for pk in following.values_list("pk", flat=True)]
    return Plan(changes, [employee for employee in known if employee.pk not in met], len(known))


class Lookup:
    """The register as it stands, by the keys of a file."""

    def __init__(self, feeds: Iterable[FeedEmployee]) -> None:
        feeds = list(feeds)
        self.in_file = {feed.employee_number for feed in feeds}
        numbers = NationalId.objects.filter(number__in=[feed.national_id for feed in feeds])
        self.people = {row.number: row.person for row in numbers.select_related("person__user")}
        employees = list(Employee.objects.select_related("person__user"))
        self.by_number = {employee.employee_number: employee for employee in employees}
        self.by_pk = {employee.pk: employee for employee in employees}
        self.by_person = {employee.person_id: employee for employee in employees}
        self.positions: dict[int, dict[str, Position]] = {}
        for position in Position.objects.select_related("unit"):
            self.positions.setdefault(position.employee_id, {})[position.reference] = position
        self.units = {unit.unit_id: unit for unit in OrgUnit.objects.all()}

    def change(self, feed: FeedEmployee) -> Change:
        change = Change(feed, person=self.people.get(feed.national_id))
        change.employee = self.by_person.get(change.person.pk) if change.person else None
        change.conflict = self.conflict(feed, change)
        if not change.conflict:
            self.compare(change)
        return change

    def conflict(self, feed: FeedEmployee, change: Change) -> str:
        """Why a person must look first, or nothing. Nobody is mixed up with somebody else on the word of a file."""
        holder = self.by_number.get(feed.employee_number)
        if holder and (change.person is None or holder.person_id != change.person.pk):
            # The holder stays as they are, and is not missing from the file either.
            change.employee = holder
            return _("Ansattnummeret hører til en annen person her. Avklar med HR hvem som har nummeret.")
        if change.employee and change.employee.employee_number != feed.employee_number:
            if change.employee.employee_number in self.in_file:
                return _("Personen er registrert her med et annet ansattnummer, som også står i filen.")
            return ""
        known = change.person
        is_met_first = known and not change.employee and not known.is_protected
        if known and is_met_first and not may_be_called(known, f"{feed.given_name} {feed.family_name}"):
            return _("Fødselsnummeret hører til en person med et annet navn. Be HR kontrollere nummeret.")
        return ""

    def compare(self, change: Change) -> None:
        feed, employee = change.feed, change.employee
        held = self.positions.get(employee.pk, {}) if employee else {}
        for told in feed.positions:
            standing = held.get(told.reference)
            change.positions.append((standing, told, self.differences(standing, told)))
        told_of = {told.reference for told in feed.positions}
        today = clock.today()
        change.vanished = [
            row for key, row in held.items() if key not in told_of and (row.valid_to is None or row.valid_to > today)
        ]
        change.values = values_of(feed, list(held.values()), change.person)
        change.names = names_of(feed, employee)
        change.changed = [
            str(label) for name, label in EMPLOYEE_FIELDS.items()
            if employee and name in change.values and getattr(employee, name) != change.values[name]
        ]  # fmt: skip
        if employee and any(getattr(employee.person, name) != text for name, text in change.names.items()):
            change.changed.append(_("navn"))
        for _row, _told, different in change.positions:
            change.changed += [label for label in different if label not in change.changed]
        if change.vanished:
            change.changed.append(_("stilling borte fra filen"))

    def differences(self, row: Position | None, told: FeedPosition) -> list[str]:
        if row is None:
            return [_("ny stilling")]
        found = [str(label) for name, label in POSITION_FIELDS.items() if getattr(row, name) != getattr(told, name)]
        unit = self.units.get(told.unit_id)
        if unit is None or row.unit_id != unit.pk or row.school_id != unit.school_id:
            found.append(_("skole eller enhet"))
        return found


def values_of(feed: FeedEmployee, held: list[Position], person: Person | None) -> dict[str, Any]:
    """What the employee's own row should hold."""
    today = clock.today()
    told = {position.reference for position in feed.positions}
    starts: list[date] = [position.valid_from for position in feed.positions]
    ends: list[date | None] = [position.valid_to for position in feed.positions]
    for row in held:
        if row.reference not in told and row.valid_from <= today:
            starts.append(row.valid_from)
            ends.append(min(row.valid_to or today, today))
    open_now = [p for p in feed.positions if p.valid_to is None or p.valid_to >= today] or list(feed.positions)
    main = max(open_now, key=lambda p: (p.is_primary, p.percent, p.reference), default=None)
    values: dict[str, Any] = {
        "employee_number": feed.employee_number,
        "work_email": feed.email,
        "work_phone": feed.phone,
        "hr_username": feed.username,
        "employed_from": min(starts, default=None),
        "employed_to": None if None in ends else max((end for end in ends if end), default=None),
        "follows_hr": True,
    }
    if main:
        values["title"] = main.title[:80]
    if feed.initials:
        values["initials"] = feed.initials
    if person and person.is_protected:
        # Of somebody with address protection no more is kept than the work needs.
        values |= {"work_email": "", "work_phone": ""}
    return values


def names_of(feed: FeedEmployee, employee: Employee | None) -> dict[str, str]:
    """The names to keep: HR is the source only for people nobody else told us of."""
    if employee is not None and (not employee.name_from_hr or employee.person.is_protected):
        return {}
    return {"given_name": feed.given_name, "family_name": feed.family_name}
