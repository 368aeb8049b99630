"""Writes that come before a role can be given to an employee."""

from django.db import transaction

from accessctl.audit import record_event
from accessctl.models import User
from people.models import Person
from staff.models import Employee


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
