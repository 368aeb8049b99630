"""The registry of the year's tasks. An app fills it from its module `duties`, imported when the application starts.

A task that an app can see is done counts by itself through `progress`. One that only people know about is ticked off.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

from accessctl.models import School
from schoolapp.lib.gather import Answers, Asked
from schools.models import SchoolYear

Text = str | Promise
FIRST_MONTH = 8


@dataclass(frozen=True)
class Progress:
    """How much of a task is done at one school, or in the municipality."""

    done: int
    total: int

    @property
    def is_complete(self) -> bool:
        return self.done >= self.total


@dataclass(frozen=True)
class Counted:
    """How the progress of a task is counted: what is asked of the database, and what the answers amount to, by school
    id (None for the municipality).

    Everything asked for by all tasks is asked in one query, so tasks that need the same ask under the same name.
    Pupils with address protection are never counted: a number must not change with them, whoever looks.
    """

    ask: Callable[[SchoolYear, Collection[School]], Asked]
    tell: Callable[[SchoolYear, Collection[School], Answers], dict[int | None, Progress]]


@dataclass(frozen=True)
class Duty:
    """A task of the year. `due` is month and day; `owners` are slugs of roles (handbook 7.4).

    `per_school` tasks are done once per school of the kinds named, others once in the municipality. `after` are slugs
    of tasks that must be done first. `url_name` is the page where the job is done, when there is one; it takes no
    arguments.
    """

    slug: str
    title: Text
    detail: Text
    owners: tuple[str, ...]
    due: tuple[int, int]
    per_school: bool = True
    kinds: tuple[str, ...] = tuple(School.Kind.values)
    after: tuple[str, ...] = ()
    progress: Counted | None = None
    url_name: str = ""

    def due_in(self, year: SchoolYear) -> date:
        """The day it is due in `year`, which runs from August to July."""
        month, day = self.due
        return date((year.starts_on if month >= FIRST_MONTH else year.ends_on).year, month, day)


_duties: dict[str, Duty] = {}


def register(*duties: Duty) -> None:
    """Add tasks. An app that can count a task others tick off registers it again under the same slug, with `progress`;
    the counted one stands, whichever comes first.
    """
    for duty in duties:
        known = _duties.get(duty.slug)
        if known is None or duty.progress or not known.progress:
            _duties[duty.slug] = duty


def duties() -> list[Duty]:
    """All tasks, in the order of the school year."""
    return sorted(_duties.values(), key=lambda duty: ((duty.due[0] - FIRST_MONTH) % 12, duty.due[1], duty.slug))


def duty_called(slug: str) -> Duty | None:
    return _duties.get(slug)
