"""Lines on a child's card that the relation itself gives rise to."""

from datetime import timedelta

from django.utils.translation import gettext as _

from accessctl.models import User
from guardians.cards import CardLine, register
from guardians.models import GuardianRelation
from schoolapp.lib import clock
from students.models import Student

TOLD_FOR_DAYS = 60


def new_guardians(user: User, students: list[Student]) -> dict[int, list[CardLine]]:
    """That somebody has got access by hand, so that a mistake is found by those it harms. Never who."""
    since = clock.now() - timedelta(days=TOLD_FOR_DAYS)
    rows = (
        GuardianRelation.objects.in_force()
        .filter(student__in=students, ground=GuardianRelation.Ground.MANUAL, confirmed_at__gte=since)
        .exclude(guardian__user=user)
    )
    line = CardLine(
        _("En ny foresatt har fått tilgang"),
        _("Kommunen har godkjent det etter dokumentasjon. Er det feil, ringer du skolen."),
        tag=_("Nytt"),
    )
    return {student_id: [line] for student_id in rows.values_list("student", flat=True).distinct()}


register(new_guardians)
