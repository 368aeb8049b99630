"""Guardians among those who can see a pupil."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from guardians.models import GuardianRelation
from students.models import Student
from students.watchers import Relative, register_relatives


def guardians_with_access(student: Student) -> Iterable[Relative]:
    """The guardians who reach `student` in the portal today, and on what ground the relation stands."""
    texts = {
        GuardianRelation.Ground.REGISTER: _("Foresatt, foreldreansvar i Folkeregisteret"),
        GuardianRelation.Ground.MANUAL: _("Foresatt, dokumentert og godkjent av kommunen"),
    }
    rows = GuardianRelation.objects.giving_access().filter(student=student, guardian__user__isnull=False)
    for user_id, ground, until in rows.values_list("guardian__user", "ground", "valid_to"):
        yield Relative(user_id, texts[GuardianRelation.Ground(ground)], until)


register_relatives(guardians_with_access)
