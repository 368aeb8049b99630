"""The cards of the guardians' portal: one per child, filled with lines by the apps.

An app registers a function from its module `portal_cards`, which is imported when the application starts. The function
gets the guardian and all the children at once, so that a portal with three children costs no more queries than one.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from accessctl.models import User
from students.models import Student

Text = str | Promise


@dataclass(frozen=True)
class CardLine:
    """A line on a child's card: what it is, more about it, where it leads, and a short tag such as «Ulest»."""

    title: Text
    detail: Text = ""
    url: str = ""
    tag: Text = ""


Source = Callable[[User, list[Student]], dict[int, list[CardLine]]]
_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def lines_for(user: User, students: list[Student]) -> dict[int, list[CardLine]]:
    """The lines of every child, by the child's primary key."""
    lines: dict[int, list[CardLine]] = defaultdict(list)
    for source in _sources:
        for student_id, found in source(user, students).items():
            lines[student_id].extend(found)
    return lines
