"""Writes about the school calendar (STR-04)."""

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accessctl.audit import record_event
from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schools.models import CalendarEntry, SchoolYear


class CalendarError(ValueError):
    """The calendar cannot be changed so; the text says why and what to do."""


def may_edit(user: User, school: School | None) -> bool:
    """Whoever plans a school's year edits its own days; those of all schools are for whoever opens the year."""
    scope = scope_of(user)
    if school is None:
        return scope.reach(Permission.OPEN_YEAR).everything
    return scope.reach(Permission.PLAN_YEAR).covers_school(school.pk)


def check(entry: CalendarEntry, by: User) -> None:
    """Raise CalendarError for days that do not belong to the year, or that stand in the calendar already."""
    year = entry.school_year
    if not may_edit(by, entry.school):
        raise CalendarError(_("Rollene dine lar deg ikke endre skoleruten her."))
    if year.state == SchoolYear.State.PAST:
        raise CalendarError(_("Skoleåret er avsluttet, og skoleruten endres ikke."))
    if entry.last_day < entry.first_day:
        raise CalendarError(_("Siste dag er før første dag."))
    if entry.first_day < year.starts_on or entry.last_day > year.ends_on:
        words = {"year": year, "first": f"{year.starts_on:%d.%m.%Y}", "last": f"{year.ends_on:%d.%m.%Y}"}
        raise CalendarError(_("Skoleåret %(year)s går fra %(first)s til %(last)s. Velg dager i det.") % words)
    standing = CalendarEntry.objects.filter(
        Q(school=entry.school) | Q(school__isnull=True),
        school_year=year,
        first_day__lte=entry.last_day,
        last_day__gte=entry.first_day,
    ).exclude(pk=entry.pk)
    if found := standing.first():
        words = {"name": found.name, "first": f"{found.first_day:%d.%m.%Y}", "last": f"{found.last_day:%d.%m.%Y}"}
        raise CalendarError(_("Dagene overlapper «%(name)s», %(first)s til %(last)s. Velg andre dager.") % words)


@transaction.atomic
def set_entry(
    entry: CalendarEntry,
    *,
    by: User,
    kind: str,
    name: str,
    first_day: date,
    last_day: date,
    is_trial: bool = False,
) -> CalendarEntry:
    """Give an entry, new or standing, its name and days. A trial checks everything and saves nothing.

    Raises CalendarError.
    """
    entry.kind, entry.name, entry.first_day, entry.last_day = kind, name.strip(), first_day, last_day
    entry.school_year = SchoolYear.objects.select_for_update().get(pk=entry.school_year_id)
    check(entry, by)
    if not is_trial:
        entry.save()
        record_event(by, "set_calendar_entry", entry, what=what_of(entry))
    return entry


@transaction.atomic
def remove_entry(entry: CalendarEntry, *, by: User) -> None:
    """Let the days be school days again. Raises CalendarError."""
    year = SchoolYear.objects.select_for_update().get(pk=entry.school_year_id)
    if not may_edit(by, entry.school) or year.state == SchoolYear.State.PAST:
        raise CalendarError(_("Rollene dine lar deg ikke endre skoleruten her."))
    record_event(by, "remove_calendar_entry", entry, what=what_of(entry))
    entry.delete()


def what_of(entry: CalendarEntry) -> str:
    place = entry.school.name if entry.school else "alle skoler"
    return f"{entry.name} {entry.first_day:%d.%m.%Y}–{entry.last_day:%d.%m.%Y}, {place}"[:120]
