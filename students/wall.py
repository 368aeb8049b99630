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
    lookups: list[tuple[Any, str, list[Permission]]] = []
    for same in alike(user, rights):
        lookups += [(rows, column, same) for rows, column in lookups_of(user, same[0])]
        for right in same:
            found.reached[right] = set(scope_of(user).reach(right).pupil_ids)
    lookups += [(rows, "pk", []) for rows in hidden_from(user, found.reached, [rows for rows, _c, _s in lookups])]
    own: set[int] = set()
    for number, pk in as_one_query(lookups):
        rights_here = lookups[number][2]
        if not rights_here:
            found.hidden.add(pk)
        for right in rights_here:
            found.reached[right].add(pk)
        if OWN_DOORS.intersection(rights_here):
            own.add(pk)
    found.hidden -= own  # a family and a pupil know about their own protection
    return found


def as_one_query(lookups: list[tuple[Any, str, list[Permission]]]) -> Any:
    """The rows of all lookups, each with the number of its lookup."""
    if not lookups:
        return []
    rows = [
        found.order_by().values_list(Value(number, output_field=IntegerField()), column)
        for number, (found, column, _rights) in enumerate(lookups)
    ]
    return rows[0].union(*rows[1:], all=True) if len(rows) > 1 else rows[0]


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
        found.append((Student.objects.filter(person__user=user).values("pk"), "pk"))
    return found


def hidden_from(user: Any, reached: dict[Permission, set[int]], lookups: list[Any]) -> list[Any]:
    """Pupils with address protection whom some right reaches and no grant opens, way by way so that each is quick."""
    seeing = scope_of(user).reach(Permission.SEE_PROTECTED)
    if seeing.everything:
        return []
    rows = Student.objects.filter(person__in=Person.objects.exclude(protection=Protection.NONE).values("pk"))
    if seeing:
        rows = rows.exclude(within(user, Permission.SEE_PROTECTED))
    reaches = [scope_of(user).reach(right) for right in reached]
    if any(reach.everything for reach in reaches):
        return [rows]
    found = [rows.filter(pk__in=lookup) for lookup in lookups]
    schools = {pk for reach in reaches for pk in reach.school_ids}
    single = {pk for reach in reaches for pk in reach.pupil_ids}
    found += [rows.filter(school_id__in=schools)] if schools else []
    return found + ([rows.filter(pk__in=single)] if single else [])


wall.register(pupils_reached)
