"""What the screens about rights ask of people and pupils, answered."""

from collections.abc import Collection, Mapping

from django.db.models import Q

from accessctl import wall
from accessctl.models import User
from accessctl.permissions import ONLY_AS_CONTACT_TEACHER, Permission
from accessctl.rights.known import Knowledge, register, register_count
from accessctl.roles import ELEV
from accessctl.scope import Container, PermissionReach, Source, valid_today
from people.models import Person, Protection
from students.login import old_enough
from students.models import Group, GroupStaffing, Student, members_today


class KnownPupils(Knowledge):
    @wall.lifted("only a number comes out: how many pupils others reach")
    def pupils_reached(self, permission: Permission, reaches: Mapping[int, PermissionReach]) -> int:
        """The union of what each of the users reaches; the rules are those of `students.models.within`."""
        everyone = Student.objects.exclude(person__in=Person.objects.exclude(protection=Protection.NONE).values("pk"))
        if any(reach.everything for reach in reaches.values()):
            return everyone.count()
        schools = set().union(*(reach.school_ids for reach in reaches.values()))
        pupils = set().union(*(reach.pupil_ids for reach in reaches.values()))
        groups = set().union(*(reach.group_ids for reach in reaches.values())) | staffed_groups(permission, reaches)
        found = Q(school_id__in=schools) | Q(pk__in=pupils)
        if groups:
            found |= Q(pk__in=members_today(groups))
        return everyone.filter(found).count()

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


def staffed_groups(permission: Permission, reaches: Mapping[int, PermissionReach]) -> set[int]:
    """Ids of the groups that are somebody's own today for this right."""
    own = {user: reach for user, reach in reaches.items() if reach.own_group_school_ids or reach.own_sfo_school_ids}
    if not own:
        return set()
    rows = valid_today(GroupStaffing.objects.filter(employee__person__user__in=list(own))).values_list(
        "employee__person__user", "group", "group__school", "group__kind", "function"
    )
    found = set()
    for user, group, school, kind, function in rows:
        is_contact = function == GroupStaffing.Function.CONTACT_TEACHER
        if kind == Group.Kind.SFO_GROUP:
            is_own = school in own[user].own_sfo_school_ids
        else:
            is_own = school in own[user].own_group_school_ids and (
                is_contact or permission not in ONLY_AS_CONTACT_TEACHER
            )
        if is_own:
            found.add(group)
    return found


@wall.lifted("only a number comes out: how many pupils have access to their own page")
def pupils_today() -> int:
    """Pupils who get access to their own page; those with address protection are not even counted."""
    return old_enough().filter(person__protection=Protection.NONE).count()


register(KnownPupils())
register_count(ELEV, pupils_today)
