"""Local time for rules. Rules of school life follow the Norwegian calendar day, not UTC."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

OSLO = ZoneInfo("Europe/Oslo")


def now() -> datetime:
    """The present moment, aware."""
    return timezone.now()


def today() -> date:
    """Today's date in Norway."""
    return timezone.localdate(timezone=OSLO)


def school_year_start(on: date) -> date:
    """The 1 August on or before `on`; the administrative school year runs 1 August to 31 July (STR-05)."""
    return date(on.year if on.month >= 8 else on.year - 1, 8, 1)


def years_ago(years: int) -> date:
    """The day `years` years before today; somebody born on or before it is at least that old. 29 February counts as
    1 March in other years, as an age is reached the day after.
    """
    day = today()
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)
