"""Writes about the rights of an employee that concern the people of the registers too."""

from datetime import date

from django.db import transaction
from django.db.models import Model

from accessctl import actions
from accessctl.audit import record_event
from accessctl.models import GrantBase, User
from accessctl.permissions import Permission
from people.apart import people_apart
from people.models import Person
from staff.models import Employee
from students.models import Student


def look_up(number: str, *, by: User) -> Employee | None:
    """The employee with exactly this employee number, whatever school they work at; the log keeps who looked."""
    employee = Employee.objects.filter(employee_number__iexact=number.strip()).select_related("person").first()
    if employee:
        record_event(by, "look_up_employee", employee)
    return employee


@transaction.atomic
def account_of(employee: Employee) -> User:
    """The user of an employee, made now for one who has never logged in. Without a role it reaches nothing."""
    person = Person.objects.select_for_update(of=("self",)).get(pk=employee.person_id)
    if person.user is None:
        person.user = User.objects.create(display_name=str(person), language="")
        person.save(update_fields=["user"])
    return person.user


@transaction.atomic
def give_grant(user: User, permission: Permission, *, on: Model, by: User, reason: str, valid_to: date) -> GrantBase:
    """As `accessctl.actions.give_grant`, given or renewed. Raises OwnCase when it is on a child of the giver's own."""
    if isinstance(on, Student):
        people_apart(by, on.person)
    return actions.give_grant(user, permission, on=on, by=by, reason=reason, valid_to=valid_to)
