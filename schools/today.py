"""«I dag»: what needs the user now. Each app adds lines from a module `today`; a line goes when the thing is done."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from accessctl.models import User
from accessctl.permissions import Permission

Text = str | Promise
# The rights that can bring a line; whoever holds one of them has the page.
OPENED_BY = (
    Permission.VIEW_PUPIL,
    Permission.VIEW_ACCESS_LOG,
    Permission.MANAGE_PROTECTION,
    Permission.EDIT_RELATIONS,
    Permission.BLOCK_GUARDIAN,
    Permission.WRITE_DOCUMENT,
    Permission.RUN_ARCHIVE,
    Permission.EDIT_ROLES,
)


@dataclass(frozen=True)
class TodayLine:
    """One sentence that says what and since when, and the button that leads to where it is done."""

    count: int
    tone: str
    title: Text
    detail: Text
    url: str
    action: Text


@dataclass(frozen=True)
class Shortcut:
    """A way to what the user works with most, such as an own class."""

    title: Text
    detail: Text
    url: str
    is_class: bool = True


_lines: list[Callable[[User], list[TodayLine]]] = []
_shortcuts: list[Callable[[User], list[Shortcut]]] = []


def register(lines: Callable[[User], list[TodayLine]]) -> None:
    """Add a function that gives the lines of one app. Registering again changes nothing."""
    if lines not in _lines:
        _lines.append(lines)


def register_shortcuts(shortcuts: Callable[[User], list[Shortcut]]) -> None:
    if shortcuts not in _shortcuts:
        _shortcuts.append(shortcuts)


def lines_for(user: User) -> list[TodayLine]:
    """All lines, the most serious first."""
    found = [line for lines in _lines for line in lines(user)]
    return sorted(found, key=lambda line: ("bad", "warn", "", "ok").index(line.tone))


def shortcuts_for(user: User) -> list[Shortcut]:
    return [shortcut for shortcuts in _shortcuts for shortcut in shortcuts(user)]
