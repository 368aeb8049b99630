"""Writes about the tasks of the year."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schools.models import DutyDate, DutyDone, SchoolYear
from schools.wheel.board import owns
from schools.wheel.duties import Duty


class DutyError(ValueError):
    """The task can not be changed so; the text says why and what to do."""


@transaction.atomic
def tick_off(duty: Duty, *, year: SchoolYear, school: School | None, by: User) -> DutyDone:
    """Note that the task is done. The first to say so stands.

    Raises DutyError for who does not own the task there, and for one that is counted and not ticked off.
    """
    check_owner(duty, school, by)
    row, _created = DutyDone.objects.get_or_create(duty=duty.slug, school_year=year, school=school, defaults={"by": by})
    return row


@transaction.atomic
def take_back(duty: Duty, *, year: SchoolYear, school: School | None, by: User) -> None:
    """Open the task again. Raises DutyError as tick_off does."""
    check_owner(duty, school, by)
    DutyDone.objects.filter(duty=duty.slug, school_year=year, school=school).delete()


def check_owner(duty: Duty, school: School | None, by: User) -> None:
    if not owns(by, duty, school):
        raise DutyError(_("Oppgaven hører til en annen rolle. Be den som har rollen, om å krysse av."))
    if duty.progress:
        raise DutyError(_("Oppgaven blir gjort der arbeidet gjøres, og kan ikke krysses av her."))


@transaction.atomic
def set_due(duty: Duty, *, year: SchoolYear, school: School | None, due_on: date, by: User) -> DutyDate:
    """Give the task another date, for all schools (`school` is None) or for one (handbook 7.4).

    Raises DutyError without the right to it, and for a day outside the school year.
    """
    if not may_set_due(by, school):
        raise DutyError(_("Rollene dine lar deg ikke endre denne fristen."))
    if not year.starts_on <= due_on <= year.ends_on:
        raise DutyError(
            _("Fristen må ligge i skoleåret, fra {start} til {end}.").format(
                start=f"{year.starts_on:%d.%m.%Y}", end=f"{year.ends_on:%d.%m.%Y}"
            )
        )
    row, _created = DutyDate.objects.update_or_create(
        duty=duty.slug, school_year=year, school=school, defaults={"due_on": due_on, "by": by}
    )
    return row


def may_set_due(user: User, school: School | None) -> bool:
    """Stab sets the dates for all; a principal moves those of the own school."""
    scope = scope_of(user)
    if scope.reach(Permission.SET_DEADLINES).everything:
        return True
    return school is not None and scope.reach(Permission.MOVE_DEADLINES).covers_school(school.pk)
