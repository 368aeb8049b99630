"""What other apps add to lists: things to do with many pupils at once, sheets made of a class, and whose address must
be kept back.

An app fills the registry from its module `pupil_lists`, which is imported when the application starts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import transaction
from django.utils.functional import Promise

from accessctl.models import User
from accessctl.permissions import Permission
from students.models import Group, Student

Text = str | Promise


class Refused(ValueError):
    """What was to be done cannot be done with this pupil; the text says why and what to do."""


@dataclass(frozen=True)
class Outcome:
    """What became of one pupil: `text` says what was done, or why it was not."""

    student: Student
    text: Text
    is_done: bool


Act = Callable[[User, Sequence[Student], Any], list[Outcome]]


@dataclass(frozen=True)
class BulkAction:
    """Something done with many pupils: with each all of it or nothing, and one outcome for each.

    `form(user, data)` is what is asked first, `act(user, students, form)` does it, and `trial` says what would happen
    and saves nothing. Both may add errors to the form, and then nothing is done. `narrow` leaves out of the form what
    fits none of the chosen pupils. Offered to whoever holds `permission`; they get none but the pupils it reaches.
    """

    slug: str
    label: Text
    intro: Text
    button: Text
    permission: Permission
    order: int
    form: Callable[[User, Any], forms.Form]
    act: Act
    trial: Act | None = None
    narrow: Callable[[Any, Sequence[Student]], None] | None = None


def one_by_one(act: Callable[[User, Student, Any], Text]) -> Act:
    """An act on one pupil, which says what happened or raises Refused, as an act on many: what one refuses undoes
    all of that pupil's and none of the others'.
    """

    def act_on_all(user: User, students: Sequence[Student], form: Any) -> list[Outcome]:
        outcomes = []
        for student in students:
            try:
                with transaction.atomic():
                    outcomes.append(Outcome(student, act(user, student, form), True))
            except Refused as refusal:
                outcomes.append(Outcome(student, str(refusal), False))
        return outcomes

    return act_on_all


@dataclass(frozen=True)
class Sheet:
    """A page made of one class or group; `url_name` takes the uuid of the group. `is_for` says for which groups."""

    slug: str
    label: Text
    about: Text
    url_name: str
    permission: Permission
    order: int
    is_for: Callable[[Group], bool] = lambda _group: True


# The pks of those of the pupils whose address must be kept from the user, in a number of queries that does not grow.
AddressRule = Callable[[User, Sequence[Student]], set[int]]

_actions: dict[str, BulkAction] = {}
_sheets: dict[str, Sheet] = {}
_address_rules: list[AddressRule] = []


def register_action(action: BulkAction) -> None:
    _actions[action.slug] = action


def register_sheet(sheet: Sheet) -> None:
    _sheets[sheet.slug] = sheet


def register_address_rule(rule: AddressRule) -> None:
    if rule not in _address_rules:
        _address_rules.append(rule)


def actions_for(user: User) -> list[BulkAction]:
    held = (action for action in _actions.values() if user.holds(action.permission))
    return sorted(held, key=lambda action: action.order)


def sheets_for(user: User, group: Group) -> list[Sheet]:
    held = (sheet for sheet in _sheets.values() if user.holds(sheet.permission) and sheet.is_for(group))
    return sorted(held, key=lambda sheet: sheet.order)


def kept_back(user: User, students: Sequence[Student]) -> set[int]:
    """Whose address the rules keep from `user`: everybody's where no app knows the families."""
    if not _address_rules:
        return {student.pk for student in students}
    return set().union(*(rule(user, students) for rule in _address_rules))
