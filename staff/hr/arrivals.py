"""People HR tells of whom nobody here knew: all of a file at once, in a fixed number of statements.

What becomes of each is what `apply.Application` does with those known, and `access.keep_access` with their access.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from uuid import uuid4

from accessctl.models import Role, RoleAssignment, User
from people.directory import name_shown
from people.models import NationalId, Person
from schoolapp.lib import clock
from staff.hr.access import BASIC, Source, by_school, last_day_of
from staff.hr.diff import POSITION_FIELDS, Change
from staff.hr.shape import FeedPosition
from staff.models import Employee, IctOrder, OrgUnit, Position

AT_A_TIME = 1000
# Somebody whose position began longer ago than this has what they need: a first reading is no pile of tasks.
NEW_DAYS = 60


def take_on(changes: Sequence[Change], unit: Callable[[FeedPosition], OrgUnit]) -> dict[str, Employee]:
    """Add those who are new as persons, users, employees and positions, with what these open. Gives them by number."""
    people = [Person(**change.names) for change in changes]
    users = [User(username=uuid4().hex, display_name=name_shown(person, "")) for person in people]
    User.objects.bulk_create(users, batch_size=AT_A_TIME)
    for person, user in zip(people, users, strict=True):
        person.user = user
    Person.objects.bulk_create(people, batch_size=AT_A_TIME)
    numbers = [NationalId(person=p, number=change.feed.national_id) for p, change in zip(people, changes, strict=True)]
    NationalId.objects.bulk_create(numbers, batch_size=AT_A_TIME)
    employees = [
        Employee(person=person, name_from_hr=True, **change.values)
        for person, change in zip(people, changes, strict=True)
    ]
    Employee.objects.bulk_create(employees, batch_size=AT_A_TIME)
    held = [positions_of(employee, change, unit) for employee, change in zip(employees, changes, strict=True)]
    Position.objects.bulk_create([row for rows in held for row in rows], batch_size=AT_A_TIME)
    let_belong(zip(users, held, strict=True))
    order_equipment(zip(employees, held, strict=True))
    return {employee.employee_number: employee for employee in employees}


def positions_of(employee: Employee, change: Change, unit: Callable[[FeedPosition], OrgUnit]) -> list[Position]:
    rows = []
    for number, (_row, told, _different) in enumerate(change.positions, 1):
        at = unit(told)
        told_of = {name: getattr(told, name) for name in POSITION_FIELDS}
        rows.append(
            Position(
                employee=employee, reference=told.reference, number=number, unit=at, school_id=at.school_id, **told_of
            )
        )
    return rows


def let_belong(held: Iterable[tuple[User, list[Position]]]) -> None:
    role, today = Role.objects.get(slug=BASIC), clock.today()
    rows = []
    for user, positions in held:
        for school, here in by_school(positions).items():
            end = last_day_of(here)
            if end is None or end >= today:
                starts = min(position.valid_from for position in here)
                rows.append(
                    RoleAssignment(
                        user=user, role=role, reach=role.reach, school_id=school, valid_from=starts, valid_to=end,
                        source=Source.HR,
                    )
                )  # fmt: skip
    RoleAssignment.objects.bulk_create(rows, batch_size=AT_A_TIME)


def order_equipment(held: Iterable[tuple[Employee, list[Position]]]) -> None:
    """A task for the principal of each school where somebody is new (handbook 7.4). One that is there stands."""
    rows: dict[tuple[int, int], IctOrder] = {}
    for employee, positions in held:
        for position in positions:
            if position.school_id and needs_equipment(position):
                order = IctOrder(employee=employee, school_id=position.school_id, needed_from=position.valid_from)
                rows.setdefault((employee.pk, position.school_id), order)
    IctOrder.objects.bulk_create(rows.values(), batch_size=AT_A_TIME, ignore_conflicts=True)


def needs_equipment(position: Position) -> bool:
    """Whether the position has begun lately, or is to begin, and is not over."""
    today = clock.today()
    has_ended = position.valid_to and position.valid_to < today
    return bool(position.school_id and position.valid_from >= today - timedelta(days=NEW_DAYS) and not has_ended)
