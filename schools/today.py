"""«I dag»: what needs the user now. Each app adds lines from a module `today`; a line goes when the thing is done.

Apps say what they ask, and the page asks for all of it in one query, however many apps there are.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from accessctl import wall
from accessctl.models import User
from accessctl.permissions import Permission
from schoolapp.lib.gather import Answers, Asked, Source, gather

Text = str | Promise
# The rights that can bring a line; whoever holds one of them has the page.
OPENED_BY = (
    Permission.VIEW_PUPIL,
    Permission.VIEW_ACCESS_LOG,
    Permission.MANAGE_PROTECTION,
    Permission.EDIT_RELATIONS,
    Permission.IMPORT_REGISTER,
    Permission.BLOCK_GUARDIAN,
    Permission.WRITE_DOCUMENT,
    Permission.RUN_ARCHIVE,
    Permission.EDIT_ROLES,
    Permission.ORDER_ICT,
    Permission.SYNC_STAFF,
    Permission.APPROVE_VARIABLE_PAY,
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


Ask = Callable[[User], Asked]
Tell = Callable[[User, Answers], list[TodayLine]]
WHY = "what stands behind a line is counted for the user alone; only numbers come out"

_sources: list[Source] = []
_counted_past: list[Source] = []
_lines: list[Callable[[User], list[TodayLine]]] = []
_shortcuts: list[Callable[[User], list[Shortcut]]] = []


def register(ask: Ask, tell: Tell) -> None:
    """Add the lines of one app: what it asks, nothing where the user has no such task, and what it tells of that.

    Registering again changes nothing.
    """
    if (source := Source(ask, tell)) not in _sources:
        _sources.append(source)


def register_counted_past_the_wall(ask: Ask, tell: Tell) -> None:
    """The same for numbers that the database does not let the user count, such as cases at two schools."""
    if (source := Source(ask, tell)) not in _counted_past:
        _counted_past.append(source)


def register_lines(lines: Callable[[User], list[TodayLine]]) -> None:
    """Add a function that asks by itself, which costs queries of its own; for what is not told by a few rows."""
    if lines not in _lines:
        _lines.append(lines)


def register_shortcuts(shortcuts: Callable[[User], list[Shortcut]]) -> None:
    if shortcuts not in _shortcuts:
        _shortcuts.append(shortcuts)


def lines_for(user: User) -> list[TodayLine]:
    """All lines, the most serious first."""
    found = told(user, asking(user, _sources))
    if past := asking(user, _counted_past):
        with wall.lifted(WHY):
            found += told(user, past)
    found += [line for lines in _lines for line in lines(user)]
    return sorted(found, key=lambda line: ("bad", "warn", "", "ok").index(line.tone))


def asking(user: User, sources: list[Source]) -> list[tuple[Source, Asked]]:
    return [(source, asked) for source in sources if (asked := source.ask(user))]


def told(user: User, sources: list[tuple[Source, Asked]]) -> list[TodayLine]:
    """The lines of these sources, in one query."""
    answers = gather({name: question for _source, asked in sources for name, question in asked.items()})
    return [line for source, _asked in sources for line in source.tell(user, answers)]


def shortcuts_for(user: User) -> list[Shortcut]:
    return [shortcut for shortcuts in _shortcuts for shortcut in shortcuts(user)]
