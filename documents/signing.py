"""In which role somebody signs a letter about a pupil."""

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from accessctl.models import RoleAssignment, User
from accessctl.permissions import Permission
from accessctl.roles import Reach
from documents.models import Document
from students.models import GroupStaffing, Membership, Student

Function = GroupStaffing.Function


def role_of(user: User, document: Document) -> str:
    """What the signer is to this pupil today: contact teacher, subject teacher, or the role that lets them write.

    Position titles are not used: «kontaktlærer» in the staff register says nothing about whose. Empty when the right to
    write was given without a role.
    """
    groups = Membership.objects.on().filter(student=document.student).values("group")
    own = GroupStaffing.objects.on().filter(employee__person__user=user, group__in=groups)
    functions = set(own.values_list("function", flat=True))
    with translation.override(document.language):
        if Function.CONTACT_TEACHER in functions:
            return _("kontaktlærer")
        if Function.SUBJECT_TEACHER in functions:
            return _("faglærer")
        return writing_role(user, document.student) or (_("assistent") if Function.ASSISTANT in functions else "")


def writing_role(user: User, student: Student) -> str:
    """The name of a role that lets `user` write about the pupil, one at the pupil's school before a municipal one."""
    held = RoleAssignment.objects.on().filter(
        Q(role__reach=Reach.SCHOOLS, school=student.school_id) | Q(role__reach=Reach.MUNICIPALITY),
        user=user,
        role__permissions__contains=[Permission.WRITE_DOCUMENT.value],
    )
    names: dict[str, str] = {a.role.reach: a.role.name for a in held.select_related("role").order_by("-pk")}
    return names.get(Reach.SCHOOLS) or names.get(Reach.MUNICIPALITY, "")
