"""Which single pupils a user reaches, for the wall in the database: own and granted groups, own children, oneself.

Built of the same parts as `visible_to` but not through it, so that a mistake there does not open the wall as well.
"""

from collections.abc import Hashable, Iterable
from typing import Any

from django.db.models import IntegerField, Value

from accessctl import wall
from accessctl.permissions import GUARDIAN_RIGHTS, ONLY_AS_CONTACT_TEACHER, PUPIL_RIGHTS, Permission
from accessctl.scope import scope_of
from people.models import Person, Protection
from students.kin import children_ids
from students.models import Student, members_today, own_groups, within

OWN_DOORS = GUARDIAN_RIGHTS | PUPIL_RIGHTS


def pupils_reached(user: Any, rights: Iterable[Permission]) -> wall.Pupils:
    """The pupils of each right beyond whole schools, and the protected ones that stay hidden (one query)."""
    found = wall.Pupils()
    lookups: list[tuple[Any, str, list[Permission]]] = [(hidden_from(user), "pk", [])]
    for same in alike(user, rights):
        lookups += [(rows, column, same) for rows, column in lookups_of(user, same[0])]
        for right in same:
            found.reached[right] = set(scope_of(user).reach(right).pupil_ids)
    numbered = [
        rows.order_by().values_list(Value(number, output_field=IntegerField()), column)
        for number, (rows, column, _same) in enumerate(lookups)
    ]
    own: set[int] = set()
    for number, pk in numbered[0].union(*numbered[1:], all=True) if len(numbered) > 1 else numbered[0]:
        if number == 0:
            found.hidden.add(pk)
        for right in lookups[number][2]:
            found.reached[right].add(pk)
            if right in OWN_DOORS:
                own.add(pk)
    found.hidden -= own  # a family and a pupil know about their own protection
    return found


def alike(user: Any, rights: Iterable[Permission]) -> list[list[Permission]]:
    """The rights in groups that reach the same pupils, so that each group is looked up once."""
    groups: dict[Hashable, list[Permission]] = {}
    for right in sorted(rights):
        reach = scope_of(user).reach(right)
        sets = (reach.own_group_school_ids, reach.own_sfo_school_ids, reach.group_ids)
        kind = (right in ONLY_AS_CONTACT_TEACHER, reach.everything, reach.own_children, reach.self_only)
        groups.setdefault((kind, *map(frozenset, sets)), []).append(right)
    return list(groups.values())


def lookups_of(user: Any, right: Permission) -> list[tuple[Any, str]]:
    """Rows, and the column with the pupil's id, of what `right` reaches in other ways than by school."""
    reach = scope_of(user).reach(right)
    if reach.everything:
        return []
    found: list[tuple[Any, str]] = []
    if reach.own_group_school_ids or reach.own_sfo_school_ids:
        found.append((members_today(own_groups(user, right).values("group")), "student"))
    if reach.group_ids:
        found.append((members_today(reach.group_ids), "student"))
    if reach.own_children:
        found.append((children_ids(user), "student"))
    if reach.self_only:
        found.append((Student.objects.filter(person__user=user), "pk"))
    return found


def hidden_from(user: Any) -> Any:
    """Pupils with address protection whom no grant opens to the user."""
    reach = scope_of(user).reach(Permission.SEE_PROTECTED)
    if reach.everything:
        return Student.objects.none()
    rows = Student.objects.filter(person__in=Person.objects.exclude(protection=Protection.NONE).values("pk"))
    return rows.exclude(within(user, Permission.SEE_PROTECTED)) if reach else rows


wall.register(pupils_reached)
