"""Whose address would tell where a protected person lives.

Who lives together is not known, so whoever may do is counted: parents and children, the other parents of those
children, and all the children of these. That is wide enough for a parent's card to tell the same on the page of each
of their children.
"""

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
    relations = GuardianRelation.objects.open().exclude(as_typed())
    seen = relations.filter(student__school_id__in=reach.school_ids)
    hidden = household_of(student).exclude(protection=Protection.NONE)
    hidden = hidden.exclude(student__school_id__in=reach.school_ids).exclude(pk__in=seen.values("guardian"))
    with wall.lifted("those who must be kept safe are the very ones the user does not see"):
        return hidden.exists()


def withholds_contact(user: User, student: Student) -> bool:
    """Whether the child is protected, and seen by a grant on that child only."""
    reach = scope_of(user).reach(Permission.SEE_PROTECTED)
    return student.person.is_protected and not reach.everything and student.school_id not in reach.school_ids


def household_of(student: Student) -> QuerySet[Person]:
    """The persons an unprotected pupil or the guardians may live with, as a queryset."""
    relations = GuardianRelation.objects.open().exclude(as_typed())
    guardians = relations.filter(student=student).values("guardian")
    children = relations.filter(guardian__in=guardians).values("student")
    all_guardians = relations.filter(student__in=children).values("guardian")
    all_children = relations.filter(guardian__in=all_guardians).values("student__person")
    return Person.objects.filter(pk__in=all_guardians.union(all_children))
