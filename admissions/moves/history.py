"""A pupil's schooling: places and classes by date, as far as the viewer may know where the pupil was."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accessctl.models import User
from admissions.models import Move
from admissions.models.moves import is_officer
from students.models import Enrolment, Student


@dataclass(frozen=True)
class Line:
    """One place, or one group, from a day to another."""

    what: str
    detail: str | Promise
    since: date
    until: date | None


def places_of(user: User, student: Student) -> list[Line]:
    """The places, newest first. Where else a protected pupil has been is for the officers to know."""
    rows = student.enrolments.select_related("school", "school_year").order_by("-valid_from", "-pk")
    tells_all = not student.person.is_protected or is_officer(user)
    return [
        Line(
            place_name(place) if tells_all or place.school_id == student.school_id else _("Annen skole (skjermet)"),
            Enrolment.State(place.state).label.capitalize(),
            place.valid_from,
            place.valid_to,
        )
        for place in rows
    ]


def place_name(place: Enrolment) -> str:
    grade = _("%(grade)s. trinn") % {"grade": place.grade_level}
    return f"{place.school}, {grade}"


def groups_of(user: User, student: Student) -> list[Line]:
    """Classes and groups, newest first, at most 200."""
    rows = student.memberships.select_related("group__school").order_by("-valid_from", "-pk")
    if student.person.is_protected and not is_officer(user):
        rows = rows.filter(group__school=student.school_id)
    return [
        Line(f"{row.group.name}, {row.group.school}", row.group.get_kind_display(), row.valid_from, row.valid_to)
        for row in rows[:200]
    ]


def cases_of(user: User, student: Student) -> list[Move]:
    """The cases about the pupil that the user handles, newest first."""
    return list(Move.objects.visible_to(user).filter(student=student).select_related("student__person")[:20])


def history_page(user: User, student: Student) -> dict[str, Any]:
    return {
        "places": places_of(user, student),
        "groups": groups_of(user, student),
        "cases": cases_of(user, student),
    }
