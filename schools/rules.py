"""Rules of the school year and of schools, without a database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

# Opplæringslova § 14-1: at least 38 school weeks within 45 weeks in a row. 190 days is the usual number (STR-04).
USUAL_DAYS = 190
FEWEST_WEEKS = 38
WITHIN_WEEKS = 45

# The grade levels of each kind of school (STR-08).
GRADES = {"primary": range(1, 8), "lower_secondary": range(8, 11), "combined": range(1, 11)}

DAY, WEEK = timedelta(days=1), timedelta(days=7)
FRIDAY = 4


@dataclass(frozen=True)
class DaysOff:
    """A run of days without school, both ends included."""

    first_day: date
    last_day: date


class Off(Protocol):
    """What has a first and a last day, such as an entry of the calendar."""

    @property
    def first_day(self) -> date: ...

    @property
    def last_day(self) -> date: ...


def school_days(first: date, last: date, entries: Iterable[Off]) -> list[date]:
    """The days with school from `first` to `last`, both included: Monday to Friday, but for those in `entries`.

    A period that ends before it begins has no days.
    """
    off: set[date] = set()
    for entry in entries:
        day, end = max(entry.first_day, first), min(entry.last_day, last)
        while day <= end:
            off.add(day)
            day += DAY
    found, day = [], first
    while day <= last:
        if day.weekday() <= FRIDAY and day not in off:
            found.append(day)
        day += DAY
    return found


@dataclass(frozen=True)
class YearCount:
    """How much school there is in a year. `weeks` are those with at least one school day; `span` from first to last."""

    days: int
    weeks: int
    span: int
    first: date | None = None
    last: date | None = None

    @property
    def is_usual(self) -> bool:
        return self.days == USUAL_DAYS

    @property
    def has_too_few_weeks(self) -> bool:
        return self.weeks < FEWEST_WEEKS

    @property
    def is_too_long(self) -> bool:
        return self.span > WITHIN_WEEKS


def count(days: Iterable[date]) -> YearCount:
    """What the school days of a year amount to (STR-04)."""
    found = sorted(days)
    if not found:
        return YearCount(0, 0, 0)
    mondays = {monday_of(day) for day in found}
    span = (max(mondays) - min(mondays)) // WEEK + 1
    return YearCount(len(found), len(mondays), span, found[0], found[-1])


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def is_school_year(first: date, last: date) -> bool:
    """1 August to 31 July of the next year (STR-05)."""
    return (first.month, first.day, last.month, last.day) == (8, 1, 7, 31) and last.year == first.year + 1
