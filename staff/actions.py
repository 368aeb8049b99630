"""Writes about employees."""

from django.db import transaction

from accessctl import wall
from accessctl.audit import record_event
from accessctl.models import User
from people.models import NationalId, Person
from schoolapp.lib.national_id import NationalId as Number
from staff.models import Employee


class AlreadyEmployed(Exception):
    """The person behind the national id is registered with another employee number."""


@transaction.atomic
@wall.lifted("whether somebody is known by this number decides if a new person is made; nothing is told")
def employ(employee: Employee, *, number: Number, given_name: str, family_name: str, by: User) -> Employee:
    """Register a new employee. A person who is known already, as a guardian perhaps, is the same person here too.

    Raises AlreadyEmployed.
    """
    known = NationalId.objects.filter(number=number.number).select_related("person").first()
    if known and Employee.objects.filter(person=known.person).exists():
        raise AlreadyEmployed
    if known:
        employee.person = known.person
    else:
        # No date of birth: numbers given from 2032 on do not tell it.
        employee.person = Person.objects.create(given_name=given_name, family_name=family_name)
        NationalId.objects.create(person=employee.person, number=number.number)
    employee.save()
    record_event(by, "employ", employee)
    return employee
