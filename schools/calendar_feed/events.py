"""What is in a user's calendar."""

from collections.abc import Iterator

from django.db.models import Q

from accessctl.models import School, User
from accessctl.scope import scope_of
from schools.calendar_feed.ical import Event
from schools.models import CalendarEntry, SchoolYear
from schools.wheel.board import own_rows
from schools.wheel.states import State

DOMAIN = "schoolapp"


def schools_of(user: User) -> list[School]:
    """The schools at which the user has a role; every school for who works for the whole municipality."""
    sources = [source for source in scope_of(user).sources if source.role]
    if any(source.reach == "municipality" for source in sources):
        return list(School.objects.all())
    return list(School.objects.filter(pk__in={source.object_id for source in sources if source.object_id}))


def events_of(user: User) -> list[Event]:
    schools = schools_of(user)
    if not schools:
        return []
    years = list(SchoolYear.objects.exclude(state=SchoolYear.State.PAST))
    found = [*days_off(years, schools)]
    for year in years:
        if year.state == SchoolYear.State.CURRENT:
            found += deadlines(user, year, schools)
    return found


def days_off(years: list[SchoolYear], schools: list[School]) -> Iterator[Event]:
    """Days without school: those of all schools once, a school's own with its name."""
    rows = CalendarEntry.objects.filter(school_year__in=years).filter(Q(school=None) | Q(school__in=schools))
    for entry in rows.select_related("school"):
        title = f"{entry.name} ({entry.school.name})" if entry.school else entry.name
        yield Event(f"{entry.uuid}@{DOMAIN}", entry.first_day, entry.last_day, title, str(entry.get_kind_display()))


def deadlines(user: User, year: SchoolYear, schools: list[School]) -> Iterator[Event]:
    """The user's own tasks that are not done, on the day they are due."""
    for row in own_rows(user, year, schools):
        for cell in row.cells:
            if cell.state != State.DONE:
                where = f" ({cell.school.name})" if cell.school else ""
                key = cell.school.uuid if cell.school else "kommune"
                uid = f"{row.duty.slug}-{year.starts_on.year}-{key}@{DOMAIN}"
                yield Event(uid, cell.due, cell.due, f"{row.duty.title}{where}", str(row.duty.detail))
