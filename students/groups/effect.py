"""What being responsible for a group would open, in sentences, before it is saved."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from accessctl.models import RoleAssignment, User
from accessctl.permissions import Permission
from accessctl.rights.sentences import pupils_of
from accessctl.roles import Reach
from people.models import Protection
from staff.models import Employee
from students.models import Group, Membership, Student


@dataclass(frozen=True)
class Effect:
    """`text` says what the employee gets to see; `lacks_role` that it opens nothing before a role is given."""

    text: str
    lacks_role: bool


def effect_of(group: Group, employee: Employee, *, asker: User, start: date) -> Effect:
    """How many pupils the employee would see in the group from `start`, counted among those the asker sees.

    Nobody with address protection is counted: being responsible for a group does not open them.
    """
    words = {"who": str(employee), "school": str(group.school), "role": needed_role(group)}
    reaches = reaches_of(employee, group, start)
    if reaches & {Reach.MUNICIPALITY, Reach.SCHOOLS}:
        return Effect(_("%(who)s ser elevene ved %(school)s fra før.") % words, lacks_role=False)
    if own_reach(group) not in reaches:
        text = _("%(who)s får ikke se noen elever før noen gir rollen %(role)s ved %(school)s.") % words
        return Effect(text, lacks_role=True)
    words["pupils"] = pupils_of(pupils_opened(group, asker, start))
    return Effect(_("%(who)s får se %(pupils)s.") % words, lacks_role=False)


def pupils_opened(group: Group, asker: User, start: date) -> int:
    seen = Student.objects.visible_to(asker).filter(person__protection=Protection.NONE)
    return Membership.objects.on(start).filter(group=group, student__in=seen).values("student").distinct().count()


def reaches_of(employee: Employee, group: Group, start: date) -> set[str]:
    """How far the employee's roles let them see pupils where the group is, on the day they become responsible."""
    held = RoleAssignment.objects.on(start).filter(
        user=employee.person.user_id,
        role__is_active=True,
        role__permissions__contains=[Permission.VIEW_PUPIL.value],
    )
    return {reach for reach, school in held.values_list("reach", "school") if school in (None, group.school_id)}


def own_reach(group: Group) -> Reach:
    return Reach.OWN_SFO_GROUPS if group.kind == Group.Kind.SFO_GROUP else Reach.OWN_GROUPS


def needed_role(group: Group) -> str:
    return _("SFO-ansatt") if group.kind == Group.Kind.SFO_GROUP else _("Lærer")
