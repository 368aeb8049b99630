"""Which single pupils a user reaches, for the wall in the database: own and granted groups, own children, oneself.

The rules are those of `visible_to`, but none of its code, so that a mistake there does not open the wall as well. Each
kind of reach is one query, and most users have one kind.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from accessctl import wall
from accessctl.permissions import GUARDIAN_RIGHTS, ONLY_AS_CONTACT_TEACHER, PUPIL_RIGHTS, Permission
from accessctl.scope import PermissionReach, scope_of, valid_today
from people.models import Person, Protection
from schoolapp.lib import clock
from students.kin import children_ids
from students.models import Group, GroupStaffing, Membership, Student, within

OWN_DOORS = GUARDIAN_RIGHTS | PUPIL_RIGHTS


@dataclass(frozen=True)
class OwnPupil:
    """A pupil who today is in a group the user today is responsible for."""

    pk: int
    is_protected: bool
    school_id: int
    is_sfo: bool
    is_contact: bool

    def is_reached(self, right: Permission, reach: PermissionReach) -> bool:
        if self.is_sfo:
            return self.school_id in reach.own_sfo_school_ids
        return self.school_id in reach.own_group_school_ids and (
            self.is_contact or right not in ONLY_AS_CONTACT_TEACHER
        )


def pupils_reached(user: Any, rights: Iterable[Permission]) -> wall.Pupils:
    """The pupils of each right beyond whole schools, and the protected ones that stay hidden."""
    reaches = {right: scope_of(user).reach(right) for right in rights}
    found = wall.Pupils({right: set(reach.pupil_ids) for right, reach in reaches.items()})
    staff = [reach for right, reach in reaches.items() if right not in OWN_DOORS]
    everything = any(reach.everything for reach in staff)
    protected = set() if everything else add_groups(user, reaches, found)
    protected |= protected_within(staff, everything)
    family = add_family(user, reaches, found)
    found.hidden = protected - granted(user, protected) - family
    return found


def add_groups(user: Any, reaches: dict[Permission, PermissionReach], found: wall.Pupils) -> set[int]:
    """Count in own and granted groups. Returns the protected pupils in them."""
    protected: set[int] = set()
    if any(reach.own_group_school_ids or reach.own_sfo_school_ids for reach in reaches.values()):
        own = own_pupils(user)
        protected |= {pupil.pk for pupil in own if pupil.is_protected}
        for right, reach in reaches.items():
            found.reached[right] |= {pupil.pk for pupil in own if pupil.is_reached(right, reach)}
    groups = {group for reach in reaches.values() for group in reach.group_ids}
    if groups:
        rows = valid_today(Membership.objects.filter(group__in=groups))
        for group, pk, protection in rows.values_list("group", "student", "student__person__protection"):
            protected |= {pk} if protection != Protection.NONE else set()
            for right, reach in reaches.items():
                found.reached[right] |= {pk} if group in reach.group_ids else set()
    return protected


def own_pupils(user: Any) -> list[OwnPupil]:
    today = clock.today()
    lasting = Q(group__staffing__valid_to__isnull=True) | Q(group__staffing__valid_to__gte=today)
    responsible = Q(group__staffing__employee__person__user=user, group__staffing__valid_from__lte=today)
    rows = valid_today(Membership.objects.filter(responsible & lasting)).values_list(
        *("student", "student__person__protection", "group__school", "group__kind", "group__staffing__function")
    )
    return [
        OwnPupil(
            pk,
            protection != Protection.NONE,
            school,
            kind == Group.Kind.SFO_GROUP,
            function == GroupStaffing.Function.CONTACT_TEACHER,
        )
        for pk, protection, school, kind, function in rows
    ]


def protected_within(reaches: list[PermissionReach], everything: bool) -> set[int]:
    """The protected pupils of whole schools and single grants, or of the municipality."""
    if everything:
        return wall.ids_now("students_protected")
    rows = Student.objects.filter(person__in=Person.objects.exclude(protection=Protection.NONE).values("pk"))
    found: set[int] = set()
    schools = {pk for reach in reaches for pk in reach.school_ids}
    single = {pk for reach in reaches for pk in reach.pupil_ids}
    if schools:
        found |= set(rows.filter(school_id__in=schools).values_list("pk", flat=True))
    if single:
        found |= set(rows.filter(pk__in=single).values_list("pk", flat=True))
    return found


def add_family(user: Any, reaches: dict[Permission, PermissionReach], found: wall.Pupils) -> set[int]:
    """Count in own children and oneself. A family knows about its own protection, so these are never hidden."""
    family: set[int] = set()
    for rights, kind, rows in (
        (GUARDIAN_RIGHTS, "own_children", lambda: children_ids(user).values_list("student", flat=True)),
        (PUPIL_RIGHTS, "self_only", lambda: Student.objects.filter(person__user=user).values_list("pk", flat=True)),
    ):
        held = [right for right in rights if right in reaches and getattr(reaches[right], kind)]
        if held:
            pupils = set(rows())
            family |= pupils
            for right in held:
                found.reached[right] |= pupils
    return family


def granted(user: Any, protected: set[int]) -> set[int]:
    """Those of the protected whom the user may see."""
    reach = scope_of(user).reach(Permission.SEE_PROTECTED)
    if not reach or not protected:
        return set()
    if reach.everything:
        return protected
    rows = Student.objects.filter(pk__in=protected).filter(within(user, Permission.SEE_PROTECTED))
    return set(rows.values_list("pk", flat=True))


wall.register(pupils_reached)
