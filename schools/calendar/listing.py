"""The calendar of a year at the schools a user plans, and what it leaves of school days."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schools.models import CalendarEntry, SchoolYear
from schools.rules import FEWEST_WEEKS, USUAL_DAYS, WITHIN_WEEKS, YearCount, count, school_days


@dataclass(frozen=True)
class Line:
    """A school, what its calendar amounts to, and what is not as the law or custom has it."""

    school: School
    count: YearCount
    warnings: list[str]


def schools_planned(user: User) -> QuerySet[School]:
    """The schools whose calendar `user` sees: those they plan for, all for who opens the year."""
    scope = scope_of(user)
    reach = scope.reach(Permission.PLAN_YEAR)
    if reach.everything or scope.reach(Permission.OPEN_YEAR).everything:
        return School.objects.all()
    return School.objects.filter(pk__in=reach.school_ids)


def entries_for(year: SchoolYear, schools: QuerySet[School]) -> QuerySet[CalendarEntry]:
    """The days off of all schools, and the own ones of these."""
    rows = CalendarEntry.objects.filter(school_year=year).filter(Q(school__isnull=True) | Q(school__in=schools))
    return rows.select_related("school", "school_year").order_by("first_day", "school__name", "name", "pk")


def entries_seen(user: User) -> QuerySet[CalendarEntry]:
    rows = CalendarEntry.objects.filter(Q(school__isnull=True) | Q(school__in=schools_planned(user)))
    return rows.select_related("school", "school_year")


def lines(year: SchoolYear, schools: Collection[School], entries: Sequence[CalendarEntry]) -> list[Line]:
    """One line per school; the entries are those of all schools and of these."""
    common = [entry for entry in entries if entry.school_id is None]
    own: dict[int | None, list[CalendarEntry]] = defaultdict(list)
    for entry in entries:
        own[entry.school_id].append(entry)
    shared = counted(year, common)
    found = []
    for school in schools:
        result = counted(year, [*common, *own[school.pk]]) if own[school.pk] else shared
        found.append(Line(school, result, warnings(result)))
    return found


def counted(year: SchoolYear, entries: Sequence[CalendarEntry]) -> YearCount:
    return count(school_days(year.starts_on, year.ends_on, entries))


def days_at(school: School, first: date, last: date) -> list[date]:
    """The school days of one school in a period, by the calendars of the years it lies in (one query)."""
    rows = CalendarEntry.objects.filter(Q(school__isnull=True) | Q(school=school))
    return school_days(first, last, rows.filter(first_day__lte=last, last_day__gte=first))


def warnings(result: YearCount) -> list[str]:
    """What is not as it should be, with what to do about it (STR-04)."""
    found = []
    if not result.is_usual:
        words = {"days": result.days, "usual": USUAL_DAYS, "off": abs(result.days - USUAL_DAYS)}
        if result.days > USUAL_DAYS:
            advice = ngettext(
                "%(days)d skoledager, vanlig er %(usual)d. Legg inn én fridag til.",
                "%(days)d skoledager, vanlig er %(usual)d. Legg inn %(off)d fridager til.",
                words["off"],
            )
        else:
            advice = ngettext(
                "%(days)d skoledager, vanlig er %(usual)d. Ta bort én fridag.",
                "%(days)d skoledager, vanlig er %(usual)d. Ta bort %(off)d fridager.",
                words["off"],
            )
        found.append(advice % words)
    if result.has_too_few_weeks:
        words = {"weeks": result.weeks, "fewest": FEWEST_WEEKS}
        found.append(_("%(weeks)d skoleuker. Loven krever minst %(fewest)d.") % words)
    if result.is_too_long:
        words = {"span": result.span, "within": WITHIN_WEEKS}
        found.append(_("Skoleåret strekker seg over %(span)d uker. Loven tillater %(within)d.") % words)
    return found
