"""What pages and lists say of pupils who are taught another place."""

from collections.abc import Collection, Sequence
from datetime import date

from django.utils.translation import gettext as _

from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock
from students.elsewhere.rules import counted_at
from students.models import Elsewhere, Student


def elsewhere_seen(student: Student, *, user: User) -> list[Elsewhere]:
    """The pupil's places elsewhere that `user` may know of, the latest first. Where a protected pupil has been is not
    told (handbook 8.2).
    """
    rows = Elsewhere.objects.visible_to(user).filter(student=student).select_related("host")
    if student.person.is_protected and not scope_of(user).reach(Permission.SEE_PROTECTED).everything:
        rows = rows.exclude(valid_to__lt=clock.today())
    return list(rows)


def away_on(students: Collection[int], day: date | None = None) -> dict[int, Elsewhere]:
    """Those of the pupils, by id, who are taught another place that day."""
    rows = Elsewhere.objects.on(day).filter(student__in=students).select_related("host")
    return {row.student_id: row for row in rows}


def in_lists(students: Sequence[Student], day: date | None = None) -> dict[int, str]:
    """What a list says of those who are away: where, or for pupils with address protection only that they are."""
    away = away_on([student.pk for student in students], day)
    hidden = {student.pk for student in students if student.person.is_protected}
    return {pk: _("Ja") if pk in hidden else row.where for pk, row in away.items()}


def in_gsi(row: Elsewhere, own: str) -> str:
    """Where GSI counts the pupil, in words; `own` is the name of the pupil's own school."""
    school = counted_at(own, kind=row.kind, host=row.host.name if row.host else None, is_lasting=row.is_lasting)
    if school:
        return _("GSI teller eleven ved %(school)s.") % {"school": school}
    return _("GSI teller ikke eleven i kommunen. Den som har ansvaret der eleven går, teller eleven.")
