"""Which single pupils a user reaches, for the wall in the database: own and granted groups, own children, oneself.

The rules are those of `visible_to`, but none of its code, so that a mistake there does not open the wall as well. All
kinds of reach are looked up in one query, of which most users need but an arm or two.
"""

from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, CharField, F, Q, QuerySet, Value

from accessctl import wall
from accessctl.permissions import GUARDIAN_RIGHTS, ONLY_AS_CONTACT_TEACHER, PUPIL_RIGHTS, Permission
from accessctl.scope import PermissionReach, scope_of, valid_today
from people.models import Person, Protection
from schoolapp.lib import clock
from students.kin import children_ids
from students.models import Group, GroupStaffing, Membership, Student, within

OWN_DOORS = GUARDIAN_RIGHTS | PUPIL_RIGHTS


class Arm(StrEnum):
    """Why a pupil counts."""

    OWN_GROUP = "own_group"
    GRANTED_GROUP = "granted_group"
    CHILD = "child"
    ONESELF = "oneself"
    PROTECTED = "protected"
    SEEN = "seen"  # protected, and the user is granted to see it


class Row(NamedTuple):
    """One pupil for one reason, with what is needed to tell which rights reach the pupil by it."""

    arm: str
    pupil: int
    protection: str
    group: int
    school: int
    kind: str
    function: str


NUMBER, WORD = Value(0, output_field=BigIntegerField()), Value("", output_field=CharField())
EMPTY = {"protection": WORD, "group": NUMBER, "school": NUMBER, "kind": WORD, "function": WORD}


def pupils_reached(user: Any, rights: Iterable[Permission]) -> wall.Pupils:
    """The pupils of each right beyond whole schools, and the protected ones that stay hidden (one query)."""
    reaches = {right: scope_of(user).reach(right) for right in rights}
    found = wall.Pupils({right: set(reach.pupil_ids) for right, reach in reaches.items()})
    open_to_user: set[int] = set()
    arms = list(arms_of(user, reaches))
    for row in map(Row._make, arms[0].union(*arms[1:], all=True) if arms else ()):
        if row.arm in (Arm.CHILD, Arm.ONESELF, Arm.SEEN):
            open_to_user.add(row.pupil)
        elif row.arm == Arm.PROTECTED or row.protection != Protection.NONE:
            found.hidden.add(row.pupil)
        for right, reach in reaches.items():
            if is_reached(row, right, reach):
                found.reached[right].add(row.pupil)
    # A family knows about its own protection.
    found.hidden -= open_to_user
    if scope_of(user).reach(Permission.SEE_PROTECTED).everything:
        found.hidden.clear()
    return found


def is_reached(row: Row, right: Permission, reach: PermissionReach) -> bool:
    """Whether `right` reaches the pupil by this."""
    match row.arm:
        case Arm.OWN_GROUP if row.kind == Group.Kind.SFO_GROUP:
            return row.school in reach.own_sfo_school_ids
        case Arm.OWN_GROUP:
            is_contact = row.function == GroupStaffing.Function.CONTACT_TEACHER
            return row.school in reach.own_group_school_ids and (is_contact or right not in ONLY_AS_CONTACT_TEACHER)
        case Arm.GRANTED_GROUP:
            return row.group in reach.group_ids
        case Arm.CHILD:
            return right in GUARDIAN_RIGHTS and reach.own_children
        case Arm.ONESELF:
            return right in PUPIL_RIGHTS and reach.self_only
    return False


def arms_of(user: Any, reaches: dict[Permission, PermissionReach]) -> Iterator[QuerySet[Any]]:
    """What must be looked up for these reaches."""
    if any(reach.own_group_school_ids or reach.own_sfo_school_ids for reach in reaches.values()):
        yield own_pupils(user)
    if groups := {group for reach in reaches.values() for group in reach.group_ids}:
        rows = valid_today(Membership.objects.filter(group__in=groups))
        yield shaped(rows, Arm.GRANTED_GROUP, "student", protection="student__person__protection", group="group")
    children = children_ids(user)
    if isinstance(children, QuerySet) and any(
        reaches[right].own_children for right in GUARDIAN_RIGHTS & reaches.keys()
    ):
        yield shaped(children, Arm.CHILD, "student")
    if any(reaches[right].self_only for right in PUPIL_RIGHTS & reaches.keys()):
        yield shaped(Student.objects.filter(person__user=user), Arm.ONESELF, "pk")
    yield from protected_arms(user, [reach for right, reach in reaches.items() if right not in OWN_DOORS])


def shaped(rows: QuerySet[Any], arm: Arm, pupil: str, **known: str) -> QuerySet[Any]:
    """The rows in the shape of `Row`; `known` names the fields that tell the rest."""
    rest = [F(known[name]) if name in known else EMPTY[name] for name in Row._fields[2:]]
    return rows.order_by().values_list(Value(str(arm), output_field=CharField()), pupil, *rest)


def own_pupils(user: Any) -> QuerySet[Any]:
    """The pupils who today are in a group the user today is responsible for."""
    today = clock.today()
    lasting = Q(group__staffing__valid_to__isnull=True) | Q(group__staffing__valid_to__gte=today)
    responsible = Q(group__staffing__employee__person__user=user, group__staffing__valid_from__lte=today)
    return shaped(
        valid_today(Membership.objects.filter(responsible & lasting)),
        Arm.OWN_GROUP,
        "student",
        protection="student__person__protection",
        school="group__school",
        kind="group__kind",
        function="group__staffing__function",
    )


def protected_arms(user: Any, staff: Collection[PermissionReach]) -> Iterator[QuerySet[Any]]:
    """The protected pupils of whole schools and single grants, or of the municipality, and those the user may see."""
    sight = scope_of(user).reach(Permission.SEE_PROTECTED)
    if sight.everything:
        return
    everybody = Student.objects.filter(pk__in=wall.ids_of("students_protected"))
    if any(reach.everything for reach in staff):
        yield shaped(everybody, Arm.PROTECTED, "pk")
    else:
        rows = Student.objects.filter(person__in=Person.objects.exclude(protection=Protection.NONE).values("pk"))
        if schools := {pk for reach in staff for pk in reach.school_ids}:
            yield shaped(rows.filter(school_id__in=schools), Arm.PROTECTED, "pk")
        if single := {pk for reach in staff for pk in reach.pupil_ids}:
            yield shaped(rows.filter(pk__in=single), Arm.PROTECTED, "pk")
    if sight:
        yield shaped(everybody.filter(within(user, Permission.SEE_PROTECTED)), Arm.SEEN, "pk")


wall.register(pupils_reached)
