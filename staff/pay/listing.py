"""Lines of variable pay as one user may see them."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock
from staff.models import Employee, PayBatch, PayLine, Position

RECORD, APPROVE = Permission.RECORD_VARIABLE_PAY, Permission.APPROVE_VARIABLE_PAY
MONTHS_BACK = 6
PANES = {"venter": "recorded", "tilbake": "returned", "godkjent": "approved", "overfort": ""}


def lines_seen(user: User) -> QuerySet[PayLine]:
    """Lines at schools where the user records or approves; nobody with address protection is among them."""
    shown = Employee.objects.all().shown_to(user)
    rows = at_own_schools(PayLine.objects.all(), user).filter(position__employee__in=shown)
    return rows.select_related("position__employee__person", "pay_code", "school", "batch")


def at_own_schools(rows: Any, user: User) -> Any:
    reaches = [scope_of(user).reach(right) for right in (RECORD, APPROVE)]
    if any(reach.everything for reach in reaches):
        return rows
    return rows.filter(school__in=set().union(*(reach.school_ids for reach in reaches)))


def has_several(user: User) -> bool:
    """Whether the user records or approves at more than one school, so that each line must say which it is of."""
    reaches = [scope_of(user).reach(right) for right in (RECORD, APPROVE)]
    return any(reach.everything for reach in reaches) or len(set().union(*(r.school_ids for r in reaches))) > 1


def batches_seen(user: User) -> QuerySet[PayBatch]:
    rows: QuerySet[PayBatch] = at_own_schools(PayBatch.objects.all(), user).defer("content").select_related("school")
    return rows


def in_pane(rows: QuerySet[PayLine], pane: str) -> QuerySet[PayLine]:
    state = PANES[pane]
    if not state:
        return rows.filter(batch__isnull=False).order_by("-batch__number", "first_day", "pk")
    return rows.filter(state=state, batch__isnull=True).order_by("first_day", "pk")


def positions_for(user: User) -> QuerySet[Position]:
    """The positions the user may record for: own school, not own, with a user to pay."""
    since = clock.today().replace(day=1).replace(year=clock.today().year - 1)
    rows = Position.objects.visible_to(user, RECORD).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=since),
        school__isnull=False,
        valid_from__lte=clock.today(),
        employee__in=Employee.objects.all().shown_to(user),
        employee__person__user__isnull=False,
    )
    rows = rows.exclude(employee__person__user=user).select_related("employee__person", "school")
    found: QuerySet[Position] = rows.order_by("employee__person__family_name", "employee__person__given_name", "pk")
    return found


@dataclass(frozen=True)
class Month:
    """What can be transferred: one school and one month."""

    school: School
    period: date

    @property
    def key(self) -> str:
        return f"{self.school.uuid}.{self.period:%Y-%m}"


def months_open(user: User) -> list[Month]:
    """Schools with approved lines, and for each the months not transferred yet, the newest first."""
    reach = scope_of(user).reach(APPROVE)
    lines = PayLine.objects.filter(state=PayLine.State.APPROVED, batch__isnull=True)
    if not reach.everything:
        lines = lines.filter(school__in=reach.school_ids)
    first: dict[int, date] = {}
    for school, day in lines.values_list("school", "first_day"):
        first[school] = min(day, first.get(school, day))
    done = set(PayBatch.objects.filter(school__in=first).values_list("school", "period"))
    schools = School.objects.filter(pk__in=first).order_by("name")
    return [
        Month(school, period)
        for school in schools
        for period in months_back(clock.today())
        if (school.pk, period) not in done and period >= first[school.pk].replace(day=1)
    ]


def months_back(day: date) -> Iterable[date]:
    for back in range(MONTHS_BACK):
        number = day.year * 12 + day.month - 1 - back
        yield date(number // 12, number % 12 + 1, 1)


@dataclass(frozen=True)
class Total:
    code: str
    count: int
    quantity: int
    amount: int | None


def totals(lines: Iterable[PayLine]) -> list[Total]:
    """For each lønnsart how many lines, the quantity, and the amount where every line has one."""
    count: Counter[str] = Counter()
    quantity: Counter[str] = Counter()
    amounts: dict[str, list[int | None]] = defaultdict(list)
    for line in lines:
        code = str(line.pay_code)
        count[code] += 1
        quantity[code] += line.quantity
        amounts[code].append(line.amount)
    return [
        Total(
            code,
            count[code],
            quantity[code],
            None if None in amounts[code] else sum(amount or 0 for amount in amounts[code]),
        )
        for code in sorted(count)
    ]
