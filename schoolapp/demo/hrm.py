"""Tonight's staff file from HR for the demo municipality, as Visma Enterprise HRM would tell it.

It tells of the staff as they stand, but for somebody new, a position that is larger, and those who are missing. Once
it is read in, it tells nothing more.
"""

from collections.abc import Iterable

from lxml import etree
from lxml.builder import E

from people.models import NationalId
from schoolapp.lib import clock
from schoolapp.lib.national_id import complete
from staff.models import Employee, MissingEmployee, Position

NEW, NEW_TITLE = "199001", "Kontaktlærer"
# A teacher whose position is larger from tonight: how many stand before in the register, and hundredths of percent.
LARGER, PERCENT = 20, 9_000


def staff_file() -> bytes:
    """`personsXML`, the same for the same register on the same day."""
    missing = MissingEmployee.objects.filter(state=MissingEmployee.State.WAITING).values("employee")
    employees = Employee.objects.filter(follows_hr=True).exclude(pk__in=missing).order_by("employee_number")
    found = employees.select_related("person").prefetch_related("positions__unit")
    rows = sorted(found, key=lambda employee: employee.employee_number == NEW)  # so that nobody else's place moves
    numbers = dict(
        NationalId.objects.filter(is_current=True, person__employee__in=employees).values_list("person", "number")
    )
    root = E.personsXML(*[person(employee, numbers[employee.person_id], place) for place, employee in enumerate(rows)])
    if not Employee.objects.filter(employee_number=NEW).exists():
        root.append(beginner())
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True))


def person(employee: Employee, number: str, place: int) -> etree._Element:
    positions = []
    for held in employee.positions.all():
        percent = PERCENT if place == LARGER else held.percent
        positions.append(position(held, percent=percent))
    return E.person(
        E.ssn(number),
        E.givenName(employee.person.given_name),
        E.familyName(employee.person.family_name),
        E.authentication(E.initials(employee.initials), E.alias(employee.hr_username)),
        employment(employee.employee_number, positions),
    )


def position(held: Position, *, percent: int) -> etree._Element:
    ends = [E.positionEndDate(held.valid_to.isoformat())] if held.valid_to else []
    hours = [E.weeklyHours(hundredths(held.weekly_hours))] if held.weekly_hours is not None else []
    manager = [E.manager(id=held.manager_number)] if held.manager_number else []
    return E.position(
        E.validFromDate(held.valid_from.isoformat()),
        *ends,
        E.isPrimaryPosition("true" if held.is_primary else "false"),
        E.positionPercentage(hundredths(percent)),
        *hours,
        E.positionInfo(E.positionCode(positionCode=held.code, name=held.title)),
        E.costCentres(E.dimension1(held.responsibility), E.dimension2(held.function)),
        E.chart(E.unit(*manager, id=held.unit.unit_id, name=held.unit.name), id="1"),
    )


def hundredths(value: int) -> str:
    return f"{value // 100}.{value % 100:02d}"


def employment(number: str, positions: Iterable[etree._Element]) -> etree._Element:
    return E.employments(E.employment(E.employeeId(number), E.positions(*positions), company="1"))


def beginner() -> etree._Element:
    """Somebody new this month at the school of the first teacher."""
    like = Position.objects.filter(title=NEW_TITLE, school__isnull=False).select_related("unit").order_by("pk")[0]
    like.valid_from, like.valid_to = clock.today().replace(day=1), None
    return E.person(
        E.ssn(unused_number()),
        E.givenName("Nyansatt"),
        E.familyName("Fjordlærer"),
        E.authentication(E.initials("NYFJO"), E.alias("nyfjo")),
        employment(NEW, [position(like, percent=8_000)]),
    )


def unused_number() -> str:
    """A synthetic number nobody in the demo has."""
    found = filter(None, (complete(f"149191{serial:03d}") for serial in range(100, 500)))
    return next(number for number in found if not NationalId.objects.filter(number=number).exists())
