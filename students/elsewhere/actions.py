"""Writing down that a pupil is taught another place, and putting right what was written."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accessctl.audit import record_event
from accessctl.models import School, User
from students.actions import lock
from students.models import Elsewhere, Enrolment, Student

FIELDS = ("kind", "host_id", "place", "is_lasting", "valid_from", "valid_to")


class ElsewhereError(ValueError):
    """It can not be so; the text says why and what to do. `field` is what in the form it is about, where it is one."""

    def __init__(self, text: str, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field


@transaction.atomic
def write_down(
    student: Student,
    *,
    kind: str,
    host: School | None,
    place: str,
    is_lasting: bool,
    first_day: date,
    last_day: date | None,
    by: User,
    instead_of: Elsewhere | None = None,
    is_trial: bool = False,
) -> Elsewhere:
    """The pupil is taught there from the first day to the last; the place at the own school stands.

    `instead_of` is the row this puts right. A trial checks everything and saves nothing. Raises ElsewhereError.
    """
    lock(student)
    row = instead_of or Elsewhere(student=student)
    row.kind, row.place, row.is_lasting = kind, place.strip(), is_lasting
    row.host = host if kind == Elsewhere.Kind.SCHOOL else None
    row.valid_from, row.valid_to = first_day, last_day
    check(row)
    if not is_trial:
        row.save()
        record_event(by, "write_elsewhere", student, what=period(row))
    return row


def check(row: Elsewhere) -> None:
    """Raise ElsewhereError for what the rules do not allow."""
    if row.kind == Elsewhere.Kind.SCHOOL and row.host is None:
        raise ElsewhereError(_("Velg hvilken skole i kommunen eleven går på."), "skole")
    if row.valid_to is None and not row.is_lasting:
        raise ElsewhereError(_("Skriv siste dag når det er for en tid."), "til")
    if row.valid_to and row.valid_to < row.valid_from:
        raise ElsewhereError(_("Siste dag er før første dag."), "til")
    own = place_on(row.student, row.valid_from)
    if own is None:
        raise ElsewhereError(
            _("Eleven har ingen skoleplass den første dagen. Velg en dag eleven er elev hos dere."), "fra"
        )
    if row.host and row.host.pk == own.school_id:
        raise ElsewhereError(_("Det er elevens egen skole. Velg stedet eleven går i stedet."), "skole")
    others = Elsewhere.objects.filter(student=row.student).exclude(pk=row.pk)
    others = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=row.valid_from))
    if row.valid_to:
        others = others.filter(valid_from__lte=row.valid_to)
    if other := others.order_by("valid_from").first():
        raise ElsewhereError(
            _("Eleven går allerede et annet sted fra %(day)s. Rett eller avslutt det først.")
            % {"day": f"{other.valid_from:%d.%m.%Y}"}
        )


def place_on(student: Student, day: date) -> Enrolment | None:
    """The place the pupil had, has or will have on the day."""
    places: Any = Enrolment.objects.on(day).filter(student=student)
    found: Enrolment | None = places.filter(~Q(state=Enrolment.State.PLANNED)).order_by("-valid_from").first()
    return found or places.first()


@transaction.atomic
def remove(row: Elsewhere, *, by: User) -> None:
    """Take away what was written down by mistake. The change history keeps it."""
    record_event(by, "remove_elsewhere", row.student, what=period(row))
    row.delete()


def leave(student: Student, *, last_day: date) -> list[list[Any]]:
    """Whoever leaves the own school is not away from it any more. Says how each row was, so that it can be restored."""
    running = Elsewhere.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=last_day), student=student)
    was = [[row.pk, *(told(getattr(row, name)) for name in FIELDS)] for row in running]
    running.filter(valid_from__gt=last_day).delete()
    running.update(valid_to=last_day)
    return was


def restore(student: Student, rows: list[list[Any]]) -> None:
    """Put back what `leave` ended."""
    for pk, *values in rows:
        known: Mapping[str, Any] = dict(zip(FIELDS, values, strict=True))
        Elsewhere.objects.update_or_create(pk=pk, defaults={**known, "student": student})


def told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def period(row: Elsewhere) -> str:
    """The period, for the log; where it is, stands in the change history, which asks for a right over the pupil."""
    return f"{row.valid_from:%d.%m.%Y}–{row.valid_to:%d.%m.%Y}" if row.valid_to else f"{row.valid_from:%d.%m.%Y}–"
