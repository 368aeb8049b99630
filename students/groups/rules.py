"""Rules for belonging to groups in periods (STR-06), without a database.

What has been stays as it was: a change begins today or later, or fills days on which nothing stood.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """First and last day, both included. No last day is no end."""

    first: date
    last: date | None = None

    def overlaps(self, other: "Period") -> bool:
        return (other.last is None or self.first <= other.last) and (self.last is None or other.first <= self.last)

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def covers(self, other: "Period") -> bool:
        return self.first <= other.first and (self.last is None or (other.last is not None and other.last <= self.last))


class Why(StrEnum):
    """Why a pupil cannot be put in a group so."""

    STANDS_LATER = "stands_later"  # in another class from that day or later
    PAST = "past"  # a class place would have to be ended on a day that has been
    THERE_ALREADY = "there_already"


@dataclass(frozen=True)
class Refused:
    why: Why
    standing: int  # which of the periods is in the way


def put_beside(standing: Sequence[Period], new: Period) -> Refused | None:
    """Whether a pupil with these periods in a group can have `new` there too: not twice at once."""
    found = next((n for n, period in enumerate(standing) if period.overlaps(new)), None)
    return None if found is None else Refused(Why.THERE_ALREADY, found)


def put_in_class(standing: Sequence[Period], new: Period, *, today: date) -> list[Period] | Refused:
    """The class places as they become when `new` begins, without `new`: the one before it ends the day before.

    Refused when a place begins on that day or later, and when days that have been would change.
    """
    after = list(standing)
    for n, period in enumerate(standing):
        if not period.overlaps(new):
            continue
        if period.first >= new.first:
            return Refused(Why.STANDS_LATER, n)
        if new.first < today:
            return Refused(Why.PAST, n)
        after[n] = replace(period, last=new.first - DAY)
    return after


def ended(period: Period, last_day: date) -> Period | None:
    """The period when it ends on `last_day`; nothing when it would not have begun by then."""
    if period.first > last_day:
        return None
    return period if period.last is not None and period.last <= last_day else replace(period, last=last_day)
