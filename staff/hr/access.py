"""What follows from the staff register for access: a school to belong to, and an end on the last day.

Belonging to a school is the role «Grunntilgang» there, with no rights of its own. Everything more is given by people,
and ends with the employment whether or not anybody remembers.
"""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from accessctl.actions import end_now
from accessctl.login import session
from accessctl.models import Role, RoleAssignment, User
from accessctl.scope import grant_models
from people.directory import keep_name
from people.models import Person
from schoolapp.lib import clock
from staff.leaving import end_for
from staff.models import Employee, Position, RoleEnd

BASIC = "grunntilgang"
Source = RoleAssignment.Source


def user_of(person: Person) -> User:
    """The user of an employee, made when there is none, so that roles can be given before the first login."""
    if person.user is None:
        person.user = User.objects.create(display_name=str(_("Ansatt")))
        person.save(update_fields=["user"])
    keep_name(person.user, person, person.full_name)
    return person.user


def last_day_of(positions: Iterable[Position]) -> date | None:
    """The latest last day, or None when there is no end or no position."""
    ends = [position.valid_to for position in positions]
    return max((end for end in ends if end), default=None) if None not in ends else None


def by_school(positions: Iterable[Position]) -> dict[int, list[Position]]:
    found: dict[int, list[Position]] = {}
    for position in positions:
        if position.school_id:
            found.setdefault(position.school_id, []).append(position)
    return found


def keep_access(employee: Employee, positions: Collection[Position]) -> None:
    """Let the employee belong to the schools of the positions, and let every role end when the ground for it does."""
    user = user_of(employee.person)
    at_school = by_school(positions)
    ends = {school: last_day_of(held) for school, held in at_school.items()}
    keep_belonging(user, at_school, ends)
    rows = RoleAssignment.objects.not_ended().filter(user=user).exclude(source=Source.REGISTER)
    for row in rows.exclude(source=Source.HR, role__slug=BASIC).select_related("role_end"):
        keep_end(row, ends.get(row.school_id or 0, employee.employed_to))
    if employee.employed_to:
        for model in grant_models():
            grants = model._default_manager.filter(user=user, valid_to__gt=employee.employed_to)
            grants.filter(valid_from__lte=employee.employed_to).update(valid_to=employee.employed_to)


def keep_belonging(user: User, at_school: dict[int, list[Position]], ends: dict[int, date | None]) -> None:
    today = clock.today()
    role = Role.objects.get(slug=BASIC)
    held = {
        row.school_id: row for row in RoleAssignment.objects.not_ended().filter(user=user, role=role, source=Source.HR)
    }
    for school, positions in at_school.items():
        end = ends[school]
        row = held.pop(school, None)
        starts = min(position.valid_from for position in positions)
        if row and (row.valid_to != end or row.valid_from > starts):
            row.valid_to, row.valid_from = end, min(row.valid_from, starts)
            row.save(update_fields=["valid_from", "valid_to"])
        elif row is None and (end is None or end >= today):
            RoleAssignment.objects.create(
                user=user, role=role, reach=role.reach, school_id=school, valid_from=starts, valid_to=end,
                source=Source.HR,
            )  # fmt: skip
    for row in held.values():
        end_now(row)


def keep_end(row: RoleAssignment, limit: date | None) -> None:
    """Let a role given by people end on `limit` at the latest; when that is moved, what somebody had decided stands."""
    capped: RoleEnd | None = getattr(row, "role_end", None)
    given = capped.given_until if capped else row.valid_to
    wanted = min((day for day in (given, limit) if day), default=None)
    if wanted == row.valid_to or (wanted and wanted < row.valid_from):
        return
    if capped is None:
        RoleEnd.objects.create(assignment=row, given_until=given)
    elif wanted == given:
        capped.delete()
    row.valid_to = wanted
    row.save(update_fields=["valid_to"])


def close_ended() -> int:
    """End everything that opens something for those whose last day is past, and log them out. Returns how many."""
    today = clock.today()
    yesterday = today - timedelta(days=1)
    gone = Employee.objects.filter(employed_to__lt=today).select_related("person__user")
    open_roles = RoleAssignment.objects.not_ended().exclude(source=Source.REGISTER)
    still = Q(person__user__login_sessions__isnull=False) | Q(person__user__in=open_roles.values("user"))
    for model in grant_models():
        still |= Q(person__user__in=model._default_manager.filter(valid_to__gte=today).values("user"))
    employees = list(gone.filter(still).distinct())
    for employee in employees:
        user = employee.person.user
        if user is None:
            continue
        for row in open_roles.filter(user=user):
            end_now(row)
        for model in grant_models():
            rows = model._default_manager.filter(user=user, valid_to__gte=today)
            rows.filter(valid_from__gt=yesterday).delete()
            rows.update(valid_to=yesterday)
        session.end_all(user)
    end_for(list(gone.values_list("pk", flat=True)))
    return len(employees)
