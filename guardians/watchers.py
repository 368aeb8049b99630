"""Guardians among those who can see a pupil."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accessctl import wall
from guardians.models import GuardianRelation
from students.models import Student
from students.watchers import Relative, register_relatives


def guardians_with_access(student: Student) -> Iterable[Relative]:
    """The guardians who reach `student` in the portal today, or do once they log in, and on what ground."""
    texts = {
        GuardianRelation.Ground.REGISTER: _("Foresatt, foreldreansvar i Folkeregisteret"),
        GuardianRelation.Ground.MANUAL: _("Foresatt, dokumentert og godkjent av kommunen"),
    }
    rows = GuardianRelation.objects.giving_access().filter(student=student).select_related("guardian")
    with wall.lifted("who has access is told to those who may ask, whether or not they see contact data"):
        found = list(rows)
    return [Relative(row.guardian, texts[GuardianRelation.Ground(row.ground)], row.valid_to) for row in found]


register_relatives(guardians_with_access)
