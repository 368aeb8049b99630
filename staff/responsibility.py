"""What an employee answers for. The app that knows the groups fills it from a module `staff_groups`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from accessctl.models import User
from staff.models import Employee


@dataclass(frozen=True)
class Responsible:
    """One group somebody is responsible for; `url` is empty for a viewer who may not open it."""

    group: str
    kind: str
    function: str
    school: str
    valid_from: date
    valid_to: date | None
    url: str = ""


Answer = Callable[[Employee, User], list[Responsible]]
_answers: list[Answer] = []


def register(answer: Answer) -> None:
    if answer not in _answers:
        _answers.append(answer)


def groups_of(employee: Employee, viewer: User) -> list[Responsible]:
    """What the employee answers for today and later, as far as the viewer may know."""
    return [row for answer in _answers for row in answer(employee, viewer)]
