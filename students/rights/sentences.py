"""What giving a role or a right would open, in sentences, before it is saved."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl.models import User
from accessctl.permissions import MUNICIPAL_RIGHTS, OFFICER_GRANTS, Permission
from accessctl.rights.in_use import rights_in_use
from accessctl.rights.known import knowledge
from accessctl.rights.own import areas_of
from accessctl.rights.preview import reach_of
from accessctl.rights.sentences import number, pupils_of
from accessctl.roles import Container, Reach, serves
from staff.models import Employee
from students.rights.grants import pupils_with, reach_on

MOST_LISTED = 5


def role_effect(employee: Employee, user: User, chosen: dict[str, Any]) -> dict[str, Any]:
    """How many pupils the employee would see at each school and in all, and what they may do there.

    `left_out` names what the role gives only in the whole municipality, when it is given narrower.
    """
    role, reach, schools = chosen["role"], chosen["reach"], chosen["schools"]
    rights = frozenset(p for p in Permission if p.value in role.permissions and serves(reach, p))
    lines = [_("Rollen gir ikke innsyn i elevlister.")]
    if Permission.VIEW_PUPIL in rights:
        lines = [line(employee, user, reach, [school]) for school in schools] if len(schools) <= MOST_LISTED else []
        if len(schools) != 1:
            lines.append(line(employee, user, reach, schools))
    left_out = [p.label for p in Permission if p in MUNICIPAL_RIGHTS - rights and p.value in role.permissions]
    return {
        "lines": lines,
        "areas": areas_of(rights),
        "used": rights_in_use(),
        "left_out": left_out,
        "role": role,
        "reach": Reach(reach).label,
        "schools": schools,
        "needs_groups": reach in (Reach.OWN_GROUPS, Reach.OWN_SFO_GROUPS),
    }


def line(employee: Employee, user: User, reach: str, schools: list[Any]) -> str:
    found = knowledge().pupils_reached(Permission.VIEW_PUPIL, {user.pk: reach_of(reach, [s.pk for s in schools])})
    words = {"who": str(employee), "pupils": pupils_of(found), "school": str(schools[0]) if len(schools) == 1 else ""}
    if reach == Reach.MUNICIPALITY:
        return _("%(who)s får se %(pupils)s i hele kommunen.") % words
    if len(schools) != 1:
        return _("Til sammen: %(who)s får se %(pupils)s.") % words
    if reach == Reach.SCHOOLS:
        return _("%(who)s får se %(pupils)s ved %(school)s.") % words
    if not found:
        return _("%(who)s får ikke se noen elever ved %(school)s før noen setter opp en gruppe.") % words
    return _("%(who)s får se %(pupils)s i egne grupper ved %(school)s.") % words


def grant_effect(who: str, permission: Permission, container: str, object_id: int) -> str:
    words = {"who": who, "right": permission.label}
    if permission in OFFICER_GRANTS:
        return officer_effect(words, container, object_id)
    found = pupils_with(permission, container, object_id)
    if found is None:
        return _("%(who)s får rettigheten «%(right)s».") % words
    return _("%(who)s får rettigheten «%(right)s» for %(pupils)s.") % (words | {"pupils": pupils_of(found)})


def officer_effect(words: dict[str, Any], container: str, object_id: int) -> str:
    """How many with address protection an officer's right opens today. Nobody is named."""
    persons, pupils = knowledge().protected(reach_on(container, object_id))
    words |= {"persons": persons_of(persons), "pupils": pupils_of(pupils)}
    if container == Container.MUNICIPALITY:
        text = _("%(who)s får rettigheten «%(right)s» for %(persons)s med adressesperre, av dem %(pupils)s.")
    else:
        text = _("%(who)s får rettigheten «%(right)s» for %(pupils)s med adressesperre, og foresatte som har det.")
    return text % words


def persons_of(count: int) -> str:
    return ngettext("%(n)s person", "%(n)s personer", count) % {"n": number(count)}
