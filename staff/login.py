"""Why an employee may log in."""

from people.models import Person
from staff.models import Employee


def is_employee(person: Person) -> bool:
    """Whether `person` is on the staff register. Which rights that gives is said by roles."""
    return Employee.objects.filter(person=person).exists()
