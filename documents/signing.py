"""In which role somebody signs a letter about a pupil."""

from django.utils.translation import gettext as _

from accessctl.models import RoleAssignment, User
from documents.models import Document
from staff.models import Employee
from students.models import GroupStaffing, Membership


def role_of(user: User, document: Document) -> str:
    """Contact teacher of the pupil, else the title of the position, else the role in this system."""
    groups = Membership.objects.on().filter(student=document.student).values("group")
    own = GroupStaffing.objects.on().filter(employee__person__user=user, group__in=groups)
    if own.filter(function=GroupStaffing.Function.CONTACT_TEACHER).exists():
        return _("kontaktlærer")
    title = Employee.objects.filter(person__user=user).values_list("title", flat=True).first()
    if title:
        return title
    roles = RoleAssignment.objects.on().filter(user=user).order_by("pk").values_list("school_id", "role__name")
    here = [name for school_id, name in roles if school_id in (document.school_id, None)]
    return here[0].lower() if here else ""
