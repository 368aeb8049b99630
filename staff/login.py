"""Why an employee may log in."""

from people.models import Person
from staff.models import Employee


def is_employee(person: Person) -> bool:
    """Whether `person` is employed, the last day counted in. Which rights that gives is said by roles."""
    return Employee.objects.employed().filter(person=person).exists()
