"""Which single pupils a user reaches, for the wall in the database: own and granted groups, own children, oneself.

The rules are those of `visible_to`, but none of its code, so that a mistake there does not open the wall as well. Own
groups are looked up by one query and all other kinds of reach by another; whole schools need none.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, BooleanField, CharField, F, OuterRef, Q, QuerySet, Subquery, Value

from accessctl import wall
from accessctl.permissions import GUARDIAN_RIGHTS, ONLY_AS_CONTACT_TEACHER, PUPIL_RIGHTS, Permission
from accessctl.scope import PermissionReach, scope_of, valid_on, valid_today
from schoolapp.lib import clock
from schoolapp.lib.compiled import Compiled
from staff.models import Employee
from students.kin import children_ids
from students.models import Group, GroupStaffing, Membership, Student, within

OWN_DOORS = GUARDIAN_RIGHTS | PUPIL_RIGHTS
PROTECTED_PUPILS, PROTECTED_NEAR = "students_protected", "students_protected_near"
Reaches = dict[Permission, PermissionReach]


class Arm(StrEnum):
    """Why a pupil counts."""

    OWN_GROUP = "own_group"
    GRANTED_GROUP = "granted_group"
    CHILD = "child"
    ONESELF = "oneself"
    SEEN = "seen"  # protected, and the user is granted to see it


OPEN_TO_USER = (Arm.CHILD, Arm.ONESELF, Arm.SEEN)


class Reason(NamedTuple):
    """What is needed to tell which rights reach a pupil because of it."""

    arm: str
    group: int
    school: int
    kind: str
    function: str


NUMBER, WORD = Value(0, output_field=BigIntegerField()), Value("", output_field=CharField())
NO = Value(False, output_field=BooleanField())
EMPTY = {"group": NUMBER, "school": NUMBER, "kind": WORD, "function": WORD, "protected": NO}


def pupils_reached(user: Any, rights: Iterable[Permission]) -> wall.Pupils:
    """The pupils of each right beyond whole schools, and the protected ones that stay hidden, whom the database finds
    when it sets the context. Own groups take one query, everything else one together, and whole schools none.
    """
    reaches = {right: scope_of(user).reach(right) for right in rights}
    found = wall.Pupils({right: set(reach.pupil_ids) for right, reach in reaches.items()})
    pupils: dict[Reason, set[int]] = defaultdict(set)
    arms, has_own = list(arms_of(user, reaches)), has_own_groups(reaches)
    if arms or has_own:
        wall.look_past()
    rows: list[Any] = OWN_PUPILS.rows(user=user.pk, today=clock.today()) if has_own else []
    if arms:
        rows += arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0]
    for *reason, is_protected, pupil in rows:
        pupils[Reason(*reason)].add(pupil)
        if is_protected:
            found.hidden.add(pupil)
    for why, reached in pupils.items():
        if why.arm in OPEN_TO_USER:
            found.shown |= reached
        for right, reach in reaches.items():
            if is_reached(why, right, reach):
                found.reached[right] |= reached
    if scope_of(user).reach(Permission.SEE_PROTECTED).everything:
        found.hidden.clear()
    else:
        found.hidden_by = hidden_from(staff_of(reaches))
    return found


def hidden_from(staff: Collection[PermissionReach]) -> tuple[str, ...]:
    """What finds the protected pupils of whole schools and single grants. Of groups they are read with the groups."""
    if any(reach.everything for reach in staff):
        return (PROTECTED_PUPILS,)
    schools = {pk for reach in staff for pk in reach.school_ids}
    single = {pk for reach in staff for pk in reach.pupil_ids}
    return (PROTECTED_NEAR, wall.array(schools), wall.array(single)) if schools or single else ()


def staff_of(reaches: Reaches) -> list[PermissionReach]:
    """The reaches of staff. What a family knows about itself is not hidden from it."""
    return [reach for right, reach in reaches.items() if right not in OWN_DOORS]


def is_reached(why: Reason, right: Permission, reach: PermissionReach) -> bool:
    """Whether `right` reaches a pupil because of this."""
    match why.arm:
        case Arm.OWN_GROUP if why.kind == Group.Kind.SFO_GROUP:
            return why.school in reach.own_sfo_school_ids
        case Arm.OWN_GROUP:
            is_contact = why.function == GroupStaffing.Function.CONTACT_TEACHER
            return why.school in reach.own_group_school_ids and (is_contact or right not in ONLY_AS_CONTACT_TEACHER)
        case Arm.GRANTED_GROUP:
            return why.group in reach.group_ids
        case Arm.CHILD:
            return right in GUARDIAN_RIGHTS and reach.own_children
        case Arm.ONESELF:
            return right in PUPIL_RIGHTS and reach.self_only
    return False


def arms_of(user: Any, reaches: Reaches) -> Iterator[QuerySet[Any]]:
    """What must be looked up for these reaches, besides own groups."""
    if groups := {group for reach in reaches.values() for group in reach.group_ids}:
        rows = valid_today(Membership.objects.filter(group__in=groups))
        yield shaped(rows, Arm.GRANTED_GROUP, "student", protected="student__is_protected", group="group")
    if any(reaches[right].own_children for right in GUARDIAN_RIGHTS & reaches.keys()):
        children = children_ids(user)
        if isinstance(children, QuerySet):
            yield shaped(children, Arm.CHILD, "student")
    if any(reaches[right].self_only for right in PUPIL_RIGHTS & reaches.keys()):
        yield shaped(Student.objects.filter(person__user=user), Arm.ONESELF, "pk")
    sight = scope_of(user).reach(Permission.SEE_PROTECTED)
    if sight and not sight.everything:
        everybody = Student.objects.filter(pk__in=wall.ids_of(PROTECTED_PUPILS))
        yield shaped(everybody.filter(within(user, Permission.SEE_PROTECTED)), Arm.SEEN, "pk")


def shaped(rows: QuerySet[Any], arm: Arm, pupil: str, **known: str) -> QuerySet[Any]:
    """A reason, whether the pupil is protected, and the pupil; `known` names fields that tell more than the arm."""
    told = [F(known[name]) if name in known else empty for name, empty in EMPTY.items()]
    return rows.order_by().values_list(Value(str(arm), output_field=CharField()), *told, pupil)


def has_own_groups(reaches: Reaches) -> bool:
    return any(reach.own_group_school_ids or reach.own_sfo_school_ids for reach in reaches.values())


def own_pupils(user: int, today: date) -> QuerySet[Any]:
    """The pupils who today are in a group the user today is responsible for.

    Sub-selects stand where joins could: to order eight joins takes the planner longer than to run them.
    """
    employee = Employee.objects.filter(person__user=user).values("pk")
    lasting = Q(group__staffing__valid_to__isnull=True) | Q(group__staffing__valid_to__gte=today)
    responsible = Q(group__staffing__employee=Subquery(employee[:1]), group__staffing__valid_from__lte=today)
    protected = Student.objects.filter(pk=OuterRef("student")).values("is_protected")
    return shaped(
        valid_on(Membership.objects.filter(responsible & lasting), today).annotate(protected=Subquery(protected[:1])),
        Arm.OWN_GROUP,
        "student",
        protected="protected",
        school="group__school",
        kind="group__kind",
        function="group__staffing__function",
    )


OWN_PUPILS = Compiled(own_pupils, user=int, today=date)
wall.register(pupils_reached)
