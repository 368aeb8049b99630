"""The year's tasks on the start page: what the user owns and can do now, one line per task."""

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accessctl.models import School, User
from schools.today import TodayLine
from schools.wheel.board import Row, current_year, own_rows
from schools.wheel.duties import Duty
from schools.wheel.states import State


def duty_lines(user: User) -> list[TodayLine]:
    """Tasks that are late or can be done now, at the schools where they are the user's."""
    year = current_year()
    if year is None:
        return []
    rows = own_rows(user, year, list(School.objects.all()))
    return [line(row) for row in rows if row.state.needs_somebody]


def line(row: Row) -> TodayLine:
    pressing = [cell for cell in row.cells if cell.state.needs_somebody]
    is_late = any(cell.state == State.LATE for cell in pressing)
    return TodayLine(
        len(pressing),
        "bad" if is_late else "",
        row.duty.title,
        told(row),
        place_of(row.duty) or reverse("schools:duty", args=[row.duty.slug]),
        _("Gå til oppgaven"),
    )


def told(row: Row) -> str:
    """The date, and how far it has come: «Frist 25. juni. 3 av 12 skoler er ferdige.»"""
    due = _("Frist %(day)s.") % {"day": date_format(row.due, "j. F")}
    progress = row.cells[0].progress
    if len(row.cells) > 1:
        return due + " " + _("%(done)d av %(all)d skoler er ferdige.") % {"done": row.done, "all": len(row.cells)}
    if progress:
        return due + " " + _("%(done)d av %(all)d er gjort.") % {"done": progress.done, "all": progress.total}
    return due


def place_of(duty: Duty) -> str:
    """The address of the page where the job is done; empty when no such page is in use."""
    try:
        return reverse(duty.url_name) if duty.url_name and duty.progress else ""
    except NoReverseMatch:
        return ""
