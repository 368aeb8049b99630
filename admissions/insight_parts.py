"""What is held about a pupil's moves."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accessctl.models import User
from admissions.models import Move
from students.insight.changes import tell
from students.insight.registry import Part, Section, register
from students.models import Student


def moves_of(student: Student, user: User) -> list[Section]:
    rows = Move.objects.filter(student=student).select_related("from_school", "to_school").order_by("created_at")
    lines = [
        {
            _("Slag"): str(row.get_kind_display()),
            _("Status"): str(row.get_state_display()),
            _("Fra skole"): row.from_school.name if row.from_school else "",
            _("Til skole"): row.to_school.name if row.to_school else row.elsewhere,
            _("Første dag"): f"{row.first_day:%d.%m.%Y}" if row.first_day else "",
            _("Begrunnelse"): row.reason,
        }
        for row in rows
    ]
    return [Section(_("Flyttinger"), lines)]


register(Part("flyttinger", gettext_lazy("Flyttinger"), moves_of, order=50))
tell(Move, "kind", "state", "first_day", "grade_level", "decided_at", "done_at")
