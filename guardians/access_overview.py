"""«Hvem har tilgang», as a guardian may know it: roles and numbers of staff, and that other guardians have access.

Names of staff are not told here (handbook 8.5), nor anybody's contact details, nor who the other guardians' children
are.
"""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from accessctl.models import RoleAssignment, User
from guardians.models import GuardianRelation
from students.models import Student
from students.watchers import watching


@dataclass(frozen=True)
class RoleCount:
    role: str
    count: int


@dataclass(frozen=True)
class OtherGuardian:
    """`name` is empty for somebody with address protection."""

    name: str
    by_hand: bool
    is_self: bool


def staff_by_role(student: Student, *, asker: User) -> list[RoleCount]:
    """How many of the staff can see something about the pupil, by the role they hold; each person once.

    A role that gives rights names the person before one that only says where they work.
    """
    ids = [watcher.user_id for watcher in watching(student) if watcher.is_staff]
    roles: dict[int, str] = {}
    assignments = RoleAssignment.objects.on().filter(user__in=ids).select_related("role")
    assignments = assignments.annotate(gives_nothing=Q(role__permissions=[]))
    for row in assignments.order_by("gives_nothing", "-role__reach", "role__name"):
        roles.setdefault(row.user_id, row.role.name)
    counts: dict[str, int] = {}
    for user_id in ids:
        role = roles.get(user_id, _("Særskilt tilgang"))
        counts[role] = counts.get(role, 0) + 1
    return [RoleCount(role, count) for role, count in sorted(counts.items())]


def guardians_shown(student: Student, *, asker: User) -> list[OtherGuardian]:
    """The guardians with access to the pupil today, the one who asks first."""
    rows = GuardianRelation.objects.giving_access().filter(student=student).select_related("guardian")
    found = [
        OtherGuardian(
            "" if row.guardian.is_protected and row.guardian.user_id != asker.pk else row.guardian.full_name,
            row.ground == GuardianRelation.Ground.MANUAL,
            row.guardian.user_id == asker.pk,
        )
        for row in rows
    ]
    return sorted(found, key=lambda guardian: (not guardian.is_self, guardian.name))
