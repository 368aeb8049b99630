"""Why a group, or a place in one, cannot be as asked, in words that say what to do."""

from datetime import date

from django.utils.translation import gettext as _

from schoolapp.lib import clock
from schools.models import SchoolYear
from students.models import Group


class GroupError(ValueError):
    """What was asked of a group cannot be done; the text says why and what to do."""


def first_open_day(group: Group) -> date:
    """The first day a change of the group can take effect without changing what has been."""
    if group.school_year.state == SchoolYear.State.PLANNED:
        return group.school_year.starts_on
    return max(clock.today(), group.school_year.starts_on)


def check_within(group: Group, day: date) -> None:
    """Raise GroupError for a day outside the group's school year, or after the group has ended."""
    year = group.school_year
    words = {"year": year, "first": f"{year.starts_on:%d.%m.%Y}", "last": f"{year.ends_on:%d.%m.%Y}"}
    if not year.starts_on <= day <= year.ends_on:
        raise GroupError(_("Skoleåret %(year)s går fra %(first)s til %(last)s. Velg en dag i det.") % words)
    if group.closed_on and day > group.closed_on:
        words = {"group": group.name, "last": f"{group.closed_on:%d.%m.%Y}"}
        raise GroupError(_("%(group)s er avsluttet. Siste dag var %(last)s.") % words)


def check_day(group: Group, last_day: date) -> None:
    """Raise GroupError for a last day outside the school year, or one that has been."""
    check_within(group, last_day)
    if last_day < first_open_day(group):
        raise GroupError(_("Det som har vært, endres ikke. Velg dagen i dag eller en senere."))
