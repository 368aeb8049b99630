"""Whose address would tell where a protected person lives.

Who lives together is not known, so whoever may do is counted: parents and children, the other parents of those
children, and all the children of these. That is wide enough for a parent's card to tell the same on the page of each
of their children.
"""

from collections.abc import Sequence

from django.db import connection
from django.db.models import QuerySet

from accessctl import wall
from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from guardians.models import GuardianRelation, as_typed
from people.models import Person, Protection
from students.models import Student


def hides_addresses(user: User, student: Student) -> bool:
    """Whether addresses of `student` and of the guardians must be kept from `user`, since somebody who may live with
    them is protected.

    Only a municipality- or school-wide grant opens them, a school's for those protected at that school; a grant on one
    pupil is about that pupil. A protected child's own page shows no address to anyone.
    """
    if student.person.is_protected:
        return True
    reach = scope_of(user).reach(Permission.SEE_PROTECTED)
    if reach.everything:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT guardians_hide_address(%s, %s)", [student.pk, wall.array(reach.school_ids)])
        [hides] = cursor.fetchone()
    return bool(hides)


def withholds_contact(user: User, student: Student) -> bool:
    """Whether the child is protected, and seen by a grant on that child only."""
    reach = scope_of(user).reach(Permission.SEE_PROTECTED)
    return student.person.is_protected and not reach.everything and student.school_id not in reach.school_ids


def hides_addresses_of(user: User, students: Sequence[Student]) -> set[int]:
    """The pks of those of the pupils for whom `hides_addresses` says yes, in one query however many they are."""
    reach = scope_of(user).reach(Permission.SEE_PROTECTED)
    if reach.everything:
        return {student.pk for student in students if student.person.is_protected}
    seen = GuardianRelation.objects.open().exclude(as_typed()).filter(student__school_id__in=reach.school_ids)
    people = Person.objects.exclude(protection=Protection.NONE)
    people = people.exclude(student__school_id__in=reach.school_ids)
    return living_with(people.exclude(pk__in=seen.values("guardian")), students)


def in_protected_families(students: Sequence[Student]) -> set[int]:
    """The pks of those of the pupils who are protected, or may live with somebody who is, whoever asks."""
    return living_with(Person.objects.exclude(protection=Protection.NONE), students)


@wall.lifted("those who must be kept safe are the very ones the user does not see")
def living_with(people: QuerySet[Person], students: Sequence[Student]) -> set[int]:
    """Those of the pupils who are protected, or who may live with one of `people` as the module says (one query).

    It goes the other way, from the protected, who are few, to the children they may live with.
    """
    hidden = {student.pk for student in students if student.person.is_protected}
    if len(hidden) == len(students):
        return hidden
    relations = GuardianRelation.objects.open().exclude(as_typed())
    own_children = Student.objects.filter(person__in=people.values("pk")).values("pk")
    parents = relations.filter(guardian__in=people.values("pk")).values("guardian")
    parents = parents.union(relations.filter(student__in=own_children).values("guardian"))
    children = relations.filter(guardian__in=parents).values("student")
    near = relations.filter(student__in=children).values("guardian")
    asked = relations.filter(guardian__in=near, student__in=[student.pk for student in students])
    return hidden | set(asked.values_list("student", flat=True))
