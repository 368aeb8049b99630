"""Carries out what a file was found to change. Called inside one transaction, so that it is all of it or nothing."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Max
from django.utils.translation import gettext as _

from accessctl.models import User
from schoolapp.lib import clock
from staff.hr.access import keep_access
from staff.hr.arrivals import order_equipment, take_on
from staff.hr.diff import POSITION_FIELDS, Change, Plan
from staff.hr.shape import FeedPosition
from staff.models import FULL, Employee, MissingEmployee, OrgUnit, Position, SyncLine, SyncRun

Kind, State = SyncLine.Kind, MissingEmployee.State


class Application:
    """One plan being carried out. `lines` is what the run reports."""

    def __init__(self, run: SyncRun, plan: Plan) -> None:
        self.run, self.plan = run, plan
        self.lines: list[SyncLine] = []
        self.arrived: dict[str, Employee] = {}
        self.units = {unit.unit_id: unit for unit in OrgUnit.objects.all()}

    def carry_out(self) -> Counter[str]:
        strangers = [change for change in self.plan.changes if change.is_new and change.person is None]
        self.arrived = take_on(strangers, self.unit) if strangers else {}
        for change in self.plan.changes:
            self.one(change)
        self.back()
        self.missing()
        SyncLine.objects.bulk_create(self.lines, batch_size=1000)
        return Counter(str(line.kind) for line in self.lines)

    def note(self, kind: SyncLine.Kind, employee: Employee | None, row: int | None = None, detail: str = "") -> None:
        self.lines.append(SyncLine(run=self.run, kind=kind, employee=employee, row=row, detail=detail[:300]))

    def one(self, change: Change) -> None:
        if change.conflict:
            self.note(Kind.CONFLICT, change.employee, change.feed.row, change.conflict)
            return
        if not change.is_new and not change.changed:
            return
        ends_now = change.ends_now
        employee = self.arrived.get(change.feed.employee_number) if change.is_new else None
        if employee is None:
            employee = self.save_employee(change)
            positions = self.save_positions(employee, change)
            keep_access(employee, positions)
            order_equipment([(employee, positions)])
        if is_over_full(change.feed.positions):
            detail = _("stillingene er til sammen over 100 prosent på samme tid")
            self.note(Kind.REMARK, employee, change.feed.row, detail)
        if change.is_new:
            self.note(Kind.CREATED, employee, change.feed.row)
        elif ends_now:
            self.note(Kind.CLOSED, employee, change.feed.row, ", ".join(change.changed))
        else:
            self.note(Kind.UPDATED, employee, change.feed.row, ", ".join(change.changed))

    def save_employee(self, change: Change) -> Employee:
        employee = change.employee
        if employee is None:
            if change.person is None:
                raise LookupError("those nobody knew are taken on together, before the others")
            return Employee.objects.create(person=change.person, name_from_hr=False, **change.values)
        for name, value in change.values.items():
            setattr(employee, name, value)
        employee.save(update_fields=list(change.values))
        if any(getattr(employee.person, name) != text for name, text in change.names.items()):
            for name, text in change.names.items():
                setattr(employee.person, name, text)
            employee.person.save(update_fields=list(change.names))
        return employee

    def save_positions(self, employee: Employee, change: Change) -> list[Position]:
        last = Position.objects.filter(employee=employee).aggregate(n=Max("number"))["n"] or 0
        for row, told, different in change.positions:
            if row is None:
                last += 1
                row = Position(employee=employee, reference=told.reference, number=last)
            if different:
                self.fill(row, told)
        for row in change.vanished:
            end_position(row, clock.today())
        return list(Position.objects.filter(employee=employee))

    def fill(self, row: Position, told: FeedPosition) -> None:
        for name in POSITION_FIELDS:
            setattr(row, name, getattr(told, name))
        row.unit = self.unit(told)
        row.school_id = row.unit.school_id
        row.save()

    def unit(self, told: FeedPosition) -> OrgUnit:
        """The unit, made known when it is new: then somebody says on the screen which school it is."""
        unit = self.units.get(told.unit_id)
        if unit is None:
            unit = self.units[told.unit_id] = OrgUnit.objects.create(unit_id=told.unit_id, name=told.unit_name)
        elif told.unit_name and unit.name != told.unit_name:
            unit.name = told.unit_name
            unit.save(update_fields=["name"])
        return unit

    def back(self) -> None:
        """Those who were missing and stand in the file again."""
        met = [change.employee.pk for change in self.plan.changes if change.employee]
        open_flags = MissingEmployee.objects.filter(state__in=[State.WAITING, State.KEPT], employee__in=met)
        for flag in open_flags.select_related("employee"):
            if flag.state == State.WAITING:
                self.note(Kind.BACK, flag.employee)
            settle(flag, State.BACK, by=None)

    def missing(self) -> None:
        """Flag those who are not in the file. Missing from a different file on a later day as well, they have left."""
        flags = {
            flag.employee_id: flag
            for flag in MissingEmployee.objects.filter(state__in=[State.WAITING, State.KEPT]).select_related("run")
        }
        raised = [MissingEmployee(employee=one, run=self.run) for one in self.plan.missing if one.pk not in flags]
        MissingEmployee.objects.bulk_create(raised, batch_size=1000)
        for employee in self.plan.missing:
            flag = flags.get(employee.pk)
            if flag is None:
                self.note(Kind.FLAGGED, employee)
            elif (
                flag.state == State.WAITING
                and flag.flagged_on < clock.today()
                and flag.run.sha256 != self.run.sha256
            ):  # fmt: skip
                leave(employee)
                settle(flag, State.CLOSED, by=None)
                self.note(Kind.CLOSED, employee)


def is_over_full(positions: Sequence[FeedPosition]) -> bool:
    """Whether the positions on any one day come to more than a full one. The most is on a day one of them begins."""
    return any(
        sum(p.percent for p in positions if p.valid_from <= first.valid_from <= (p.valid_to or date.max)) > FULL
        for first in positions
    )


def settle(flag: MissingEmployee, state: str, *, by: User | None) -> None:
    flag.state, flag.decided_by, flag.decided_at = state, by, clock.now()
    flag.save(update_fields=["state", "decided_by", "decided_at"])


def leave(employee: Employee) -> None:
    """The employee left yesterday: positions end, and so does what they opened."""
    yesterday = clock.today() - timedelta(days=1)
    employee.employed_to = yesterday
    employee.employed_from = min(employee.employed_from or yesterday, yesterday)
    employee.save(update_fields=["employed_from", "employed_to"])
    for position in Position.objects.filter(employee=employee):
        if position.valid_to is None or position.valid_to > yesterday:
            end_position(position, yesterday)
    keep_access(employee, list(Position.objects.filter(employee=employee)))


def end_position(position: Position, last_day: date) -> None:
    """Let it end; one that had not begun disappears, unless something has been paid for it."""
    if position.valid_from > last_day and not position.pay_lines.exists():
        position.delete()
        return
    position.valid_to = max(position.valid_from, last_day)
    position.save(update_fields=["valid_to"])
