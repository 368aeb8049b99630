"""Which day, and so which school year, a page about groups shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from schoolapp.lib import clock
from schools.models import SchoolYear


@dataclass(frozen=True)
class When:
    """`problem` says why the day that was asked for is not the one shown."""

    day: date
    year: SchoolYear | None
    problem: str = ""

    @property
    def is_today(self) -> bool:
        return self.day == clock.today()


def when(asked: date | None, years: Mapping[str, SchoolYear], named: str) -> When:
    """The day asked for, else today or the nearest day of the year that is named; `years` are those the user sees.

    A day alone decides the year. A day outside the year that is named with it is not shown.
    """
    current = next((year for year in years.values() if year.state == SchoolYear.State.CURRENT), None)
    year = years.get(named) or (current if asked is None else year_of(asked, years))
    if year is None:
        return When(
            clock.today(), current, _("Du ser ingen grupper for denne dagen. Velg en annen dag.") if asked else ""
        )
    if asked is None:
        return When(nearest(year), year)
    if not year.starts_on <= asked <= year.ends_on:
        words = {"year": year, "first": f"{year.starts_on:%d.%m.%Y}", "last": f"{year.ends_on:%d.%m.%Y}"}
        problem = _("Skoleåret %(year)s går fra %(first)s til %(last)s. Velg en dag i det, eller et annet skoleår.")
        return When(nearest(year), year, problem % words)
    return When(asked, year)


def year_of(day: date, years: Mapping[str, SchoolYear]) -> SchoolYear | None:
    return next((year for year in years.values() if year.starts_on <= day <= year.ends_on), None)


def nearest(year: SchoolYear) -> date:
    """Today when it is in the year, else its first or last day."""
    return min(max(clock.today(), year.starts_on), year.ends_on)
