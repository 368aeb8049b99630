"""What a user may do and where, in sentences the user can read, and whom to ask for more."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accessctl.models import RoleAssignment, School, User
from accessctl.permissions import Permission, by_area
from accessctl.rights.in_use import rights_in_use
from accessctl.rights.known import knowledge
from accessctl.roles import Reach
from accessctl.scope import Container, Source, scope_of

MOST_NAMED = 6
# What guardians and pupils hold, said to themselves: the role, the heading, and each right.
OWN_ROLES: dict[str, dict[str, Promise]] = {
    Reach.OWN_CHILDREN: {"Foresatt": gettext_lazy("Foresatt")},
    Reach.SELF: {"Elev": gettext_lazy("Elev")},
}
OWN_HEADINGS: dict[str, Promise] = {
    Reach.OWN_CHILDREN: gettext_lazy("Barna dine"),
    Reach.SELF: gettext_lazy("Deg selv"),
}
OWN_RIGHTS: dict[Permission, Promise] = {
    Permission.VIEW_OWN_CHILDREN: gettext_lazy("Se barna dine og dokumentene deres"),
    Permission.ACT_FOR_OWN_CHILDREN: gettext_lazy("Søke, svare og melde fravær for barna dine"),
    Permission.VIEW_OWN_RECORD: gettext_lazy("Se opplysninger om deg selv"),
}


@dataclass(frozen=True)
class Holding:
    """One role, or one right given by itself, with where it holds and what it lets one do on today's screens."""

    name: str
    place: str
    areas: list[tuple[str | Promise, list[str | Promise]]]


def holdings(user: User) -> list[Holding]:
    """The user's roles and special grants today. One role held at several schools is one line."""
    sources = scope_of(user).sources
    schools = dict(
        School.objects.filter(pk__in={s.object_id for s in sources if at_school(s)}).values_list("pk", "name")
    )
    objects = knowledge().objects(user, [s for s in sources if s.reach == Container.GROUP])
    grouped: dict[tuple[str, str, frozenset[Permission]], list[Source]] = {}
    for source in sources:
        grouped.setdefault((source.name, source.reach, source.permissions), []).append(source)
    found = []
    for (name, reach, permissions), same in grouped.items():
        names = sorted(place_name(source, schools, objects) for source in same)
        found.append(
            Holding(
                str(name_of(same[0], name)),
                place_text(reach, names, count=len({source.object_id for source in same})),
                said(permissions & rights_in_use(), reach),
            )
        )
    return sorted(found, key=lambda holding: holding.name)


def at_school(source: Source) -> bool:
    return source.reach == Container.SCHOOL or (source.reach in Reach.values and Reach(source.reach).needs_school)


def name_of(source: Source, name: str) -> str | Promise:
    """A role by its name, a grant by the right it gives."""
    if source.role:
        return OWN_ROLES.get(source.reach, {}).get(name, name)
    return next((p.label for p in source.permissions), name)


def place_name(source: Source, schools: dict[int, str], objects: dict[tuple[str, int], str]) -> str:
    if source.object_id is None:
        return ""
    return schools.get(source.object_id, "") if at_school(source) else objects.get((source.reach, source.object_id), "")


def place_text(reach: str, names: list[str], *, count: int = 1) -> str:
    """Where a right holds. Pupils are counted and not named: the page opens with one factor, and logs nothing."""
    listed = ", ".join(filter(None, names))
    match reach:
        case Reach.MUNICIPALITY | Container.MUNICIPALITY:
            return _("i hele kommunen")
        case Reach.SCHOOLS | Container.SCHOOL:
            return _("ved %(schools)s") % {"schools": listed}
        case Reach.OWN_GROUPS:
            return _("for klasser og grupper du er satt opp på ved %(schools)s") % {"schools": listed}
        case Reach.OWN_SFO_GROUPS:
            return _("for SFO-grupper du er satt opp på ved %(schools)s") % {"schools": listed}
        case Reach.OWN_CHILDREN:
            return _("for barn du har foreldreansvar for")
        case Reach.SELF:
            return _("for deg selv")
        case Container.PUPIL:
            return ngettext("for én elev", "for %(n)d elever", count) % {"n": count}
    return _("for %(names)s") % {"names": listed} if listed else _("for enkeltelever")


def areas_of(permissions: frozenset[Permission]) -> list[tuple[str | Promise, list[Permission]]]:
    return [(heading, own) for heading, rights in by_area() if (own := [p for p in rights if p in permissions])]


def said(permissions: frozenset[Permission], reach: str) -> list[tuple[str | Promise, list[str | Promise]]]:
    """The rights under their headings, as said to the one who holds them."""
    return [
        (OWN_HEADINGS.get(reach, heading), [OWN_RIGHTS.get(right, right.label) for right in rights])
        for heading, rights in areas_of(permissions)
    ]


def is_staff(user: User) -> bool:
    """Whether the user has anything but the guardians' and the pupils' own rights."""
    return any(source.reach not in (Reach.OWN_CHILDREN, Reach.SELF) for source in scope_of(user).sources)


def is_guardian(user: User) -> bool:
    return any(source.reach == Reach.OWN_CHILDREN for source in scope_of(user).sources)


def givers_near(user: User) -> list[str]:
    """Names of colleagues who can give roles where the user works: at the schools, otherwise in the municipality."""
    schools = {source.object_id for source in scope_of(user).sources if at_school(source)}
    near = Q(reach=Reach.SCHOOLS, school__in=schools) if schools else Q(reach=Reach.MUNICIPALITY)
    rows = (
        RoleAssignment.objects.on()
        .filter(near, role__is_active=True, role__permissions__contains=[Permission.GIVE_ROLES.value])
        .filter(user__is_active=True)
        .exclude(user=user)
        .select_related("user")
        .order_by("user__display_name")
    )
    users = {row.user_id: row.user for row in rows[: MOST_NAMED * 3]}
    return sorted(set(knowledge().names(list(users.values())).values()))[:MOST_NAMED]
