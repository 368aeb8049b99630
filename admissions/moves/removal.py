"""«Slett elev fra skoleår»: for somebody who was put in a year by mistake and has left nothing there."""

from django.db import transaction
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.audit import record_event
from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.policy import may
from admissions.models import Move
from admissions.moves.errors import MoveError
from schools.models import SchoolYear
from students.actions import lock, repeat_placement
from students.models import Student
from students.traces import traces_of

LIFTED = "whether anything has been kept about a pupil must be known, also what the remover may not read"


def years_of(student: Student) -> list[SchoolYear]:
    """The years in which the pupil has a place or a group, newest first."""
    ids = set(student.enrolments.values_list("school_year", flat=True))
    ids |= set(student.memberships.values_list("group__school_year", flat=True))
    return list(SchoolYear.objects.filter(pk__in=ids).order_by("-starts_on"))


@wall.lifted(LIFTED)
def hindrances(student: Student, year: SchoolYear) -> list[str]:
    """The kinds of things that keep the pupil in the year."""
    found = traces_of(student, year)
    if Move.objects.open().filter(student=student, school_year=year).exists():
        found.append(_("en flytting som ikke er ferdig"))
    return found


@wall.lifted(LIFTED)
def what_goes(student: Student, year: SchoolYear) -> list[str]:
    """What removing would take away, in words."""
    places = student.enrolments.filter(school_year=year).select_related("school")
    groups = student.memberships.filter(group__school_year=year).select_related("group")
    return [
        *(_("plassen ved %(school)s") % {"school": place.school} for place in places),
        *(_("plassen i %(group)s") % {"group": row.group} for row in groups),
    ]


@transaction.atomic
def remove_from_year(student: Student, *, year: SchoolYear, by: User) -> None:
    """Take away place and groups of the year. Raises MoveError when anything about the pupil is kept from it."""
    if not may(by, Permission.REMOVE_FROM_YEAR, student):
        raise MoveError(_("Rollene dine lar deg ikke slette eleven fra et skoleår."))
    with wall.lifted(LIFTED):
        lock(student)
        found = hindrances(student, year)
        if found:
            raise MoveError(
                _("Eleven kan ikke slettes fra skoleåret. Det finnes: %(what)s.") % {"what": ", ".join(found)}
            )
        record_event(by, "remove_from_year", student, what=str(year))
        student.memberships.filter(group__school_year=year).delete()
        student.enrolments.filter(school_year=year).delete()
        repeat_placement(student)
