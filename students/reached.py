"""What the screens about rights ask of people and pupils, answered."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from django.db.models import Count, Q

from accessctl import wall
from accessctl.models import User
from accessctl.permissions import ONLY_AS_CONTACT_TEACHER, Permission
from accessctl.rights.known import Asked, Knowledge, register, register_count
from accessctl.roles import ELEV
from accessctl.scope import Container, PermissionReach, Source, valid_today
from people.models import Person, Protection
from students.login import old_enough
from students.models import Group, GroupStaffing, Student, members_today


class KnownPupils(Knowledge):
    @wall.lifted("only numbers come out: how many pupils others reach")
    def pupils_reached_each(self, asked: Sequence[Asked]) -> list[int]:
        """The union of what each of the users reaches; the rules are those of `students.models.within`."""
        everyone = Student.objects.exclude(person__in=Person.objects.exclude(protection=Protection.NONE).values("pk"))
        staffing = staffing_of({user for _right, reaches in asked for user, reach in reaches.items() if has_own(reach)})
        wanted = [union_of(permission, reaches, staffing) for permission, reaches in asked]
        counts = {f"n{number}": counted(union) for number, union in enumerate(dict.fromkeys(wanted))}
        found = list(everyone.aggregate(**counts).values()) if counts else []
        by_union = dict(zip(dict.fromkeys(wanted), found, strict=True))
        return [by_union[union] for union in wanted]

    @wall.lifted("only numbers come out, for those who decide whether an officer's right is given")
    def protected(self, reach: PermissionReach) -> tuple[int, int]:
        people = Person.objects.exclude(protection=Protection.NONE)
        pupils = Student.objects.filter(person__in=people.values("pk"))
        if reach.everything:
            return people.count(), pupils.count()
        found = pupils.filter(Q(school_id__in=reach.school_ids) | Q(pk__in=reach.pupil_ids)).count()
        return found, found

    def names(self, users: Collection[User]) -> dict[int, str]:
        """The name of the person behind each user, as it is now."""
        people = {person.user_id: str(person) for person in Person.objects.filter(user__in=users)}
        return {user.pk: people.get(user.pk, user.display_name) for user in users}

    def objects(self, user: User, sources: Collection[Source]) -> dict[tuple[str, int], str]:
        groups = {source.object_id for source in sources if source.object_id and source.reach == Container.GROUP}
        rows = Group.objects.filter(pk__in=groups).select_related("school") if groups else ()
        return {(str(Container.GROUP), group.pk): f"{group.name}, {group.school.name}" for group in rows}


class Staffing(NamedTuple):
    """A user who today is responsible for a group."""

    user: int
    group: int
    school: int
    kind: str
    function: str


class Union(NamedTuple):
    """What several users reach together."""

    everything: bool
    schools: frozenset[int]
    pupils: frozenset[int]
    groups: frozenset[int]


def union_of(permission: Permission, reaches: Mapping[int, PermissionReach], staffing: list[Staffing]) -> Union:
    everything = any(reach.everything for reach in reaches.values())
    schools = frozenset().union(*(reach.school_ids for reach in reaches.values()))
    pupils = frozenset().union(*(reach.pupil_ids for reach in reaches.values()))
    groups = frozenset().union(*(reach.group_ids for reach in reaches.values()))
    own = {row.group for row in staffing if row.user in reaches and is_own(row, permission, reaches[row.user])}
    return Union(everything, schools, pupils, groups | own)


def counted(union: Union) -> Count:
    if union.everything:
        return Count("pk")
    found = Q(school_id__in=union.schools) | Q(pk__in=union.pupils)
    return Count("pk", filter=found | Q(pk__in=members_today(union.groups)) if union.groups else found)


def staffing_of(users: Collection[int]) -> list[Staffing]:
    if not users:
        return []
    rows = valid_today(GroupStaffing.objects.filter(employee__person__user__in=users))
    return [
        Staffing(*row)
        for row in rows.values_list("employee__person__user", "group", "group__school", "group__kind", "function")
    ]


def has_own(reach: PermissionReach) -> bool:
    return bool(reach.own_group_school_ids or reach.own_sfo_school_ids)


def is_own(row: Staffing, permission: Permission, reach: PermissionReach) -> bool:
    """Whether the group is the user's own for this right."""
    if row.kind == Group.Kind.SFO_GROUP:
        return row.school in reach.own_sfo_school_ids
    is_contact = row.function == GroupStaffing.Function.CONTACT_TEACHER
    return row.school in reach.own_group_school_ids and (is_contact or permission not in ONLY_AS_CONTACT_TEACHER)


@wall.lifted("only a number comes out: how many pupils have access to their own page")
def pupils_today() -> int:
    """Pupils who get access to their own page; those with address protection are not even counted."""
    return old_enough().filter(person__protection=Protection.NONE).count()


register(KnownPupils())
register_count(ELEV, pupils_today)
