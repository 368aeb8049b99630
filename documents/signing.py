"""In which role somebody signs a letter about a pupil."""

from collections.abc import Collection, Sequence
from functools import cache

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from accessctl.models import RoleAssignment, User
from accessctl.permissions import Permission
from accessctl.roles import Reach
from archive import owners
from documents.models import Document
from students.models import GroupStaffing, Membership

Function = GroupStaffing.Function


def role_of(user: User, document: Document) -> str:
    """What the signer is to this pupil today: contact teacher, subject teacher, or the role that lets them write.

    The school's case owner signs as the archive's set-up says from that day on; whoever was it before, no longer does.
    Position titles are not used: «kontaktlærer» in the staff register says nothing about whose. Empty when the right to
    write was given without a role.
    """
    return roles_of(user, [document])[document.pk]


def roles_of(user: User, documents: Sequence[Document]) -> dict[int, str]:
    """The same for some documents, by their ids; what the signer is at a school is looked up once for each school."""
    functions = functions_of(user, {document.student_id for document in documents})
    in_office = cache(lambda school, pupils_school: office_of(user, school, pupils_school))
    found = {}
    for document in documents:
        own = functions.get(document.student_id, set())
        with translation.override(document.language):
            if Function.CONTACT_TEACHER in own:
                role = _("kontaktlærer")
            elif Function.SUBJECT_TEACHER in own:
                role = _("faglærer")
            else:
                role = in_office(document.school_id, document.student.school_id)
                role = role or (_("assistent") if Function.ASSISTANT in own else "")
        found[document.pk] = role
    return found


def functions_of(user: User, students: Collection[int]) -> dict[int, set[str]]:
    """What `user` is in the groups the pupils are in today, by the pupils' ids."""
    places = Membership.objects.on().filter(student__in=students)
    own = GroupStaffing.objects.on().filter(employee__person__user=user, group__in=places.values("group"))
    in_groups: dict[int, set[str]] = {}
    for group, function in own.values_list("group", "function"):
        in_groups.setdefault(group, set()).add(function)
    found: dict[int, set[str]] = {}
    if in_groups:
        for student, group in places.filter(group__in=in_groups).values_list("student", "group"):
            found.setdefault(student, set()).update(in_groups[group])
    return found


def office_of(user: User, school_id: int, pupils_school_id: int | None) -> str:
    """As what `user` signs for the school, who is no teacher of the pupil's."""
    if as_owner := owners.signing_role(school_id, user.pk):
        return as_owner
    role = writing_role(user, pupils_school_id)
    return "" if role and role.casefold() in owners.has_handed_over(school_id, user.pk) else role


def writing_role(user: User, school_id: int | None) -> str:
    """The name of a role that lets `user` write about pupils of the school, one at it before a municipal one."""
    held = RoleAssignment.objects.on().filter(
        Q(role__reach=Reach.SCHOOLS, school=school_id) | Q(role__reach=Reach.MUNICIPALITY),
        user=user,
        role__permissions__contains=[Permission.WRITE_DOCUMENT.value],
    )
    names: dict[str, str] = {a.role.reach: a.role.name for a in held.select_related("role").order_by("-pk")}
    return names.get(Reach.SCHOOLS) or names.get(Reach.MUNICIPALITY, "")
