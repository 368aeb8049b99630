"""The groups an employee answers for, on the employee's page; and the end of it when the employment ends."""

from collections.abc import Collection

from django.db.models import F, Q
from django.urls import reverse

from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock
from staff.leaving import register as register_ending
from staff.models import Employee
from staff.responsibility import Responsible, register
from students.models import GroupStaffing


def groups_answered_for(employee: Employee, viewer: User) -> list[Responsible]:
    """Groups of today and later at schools where the viewer sees staff, with a way to those they may open."""
    staff, groups = (scope_of(viewer).reach(right) for right in (Permission.VIEW_STAFF, Permission.VIEW_GROUPS))
    rows = GroupStaffing.objects.filter(employee=employee).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today())
    )
    if not staff.everything:
        rows = rows.filter(group__school__in=staff.school_ids)
    return [
        Responsible(
            row.group.name,
            str(row.group.get_kind_display()),
            str(row.get_function_display()),
            row.group.school.name,
            row.valid_from,
            row.valid_to,
            reverse("groups:group", args=[row.group.uuid]) if groups.covers_school(row.group.school_id) else "",
        )
        for row in rows.select_related("group__school").order_by("group__name", "function")
    ]


def end_for(employee_ids: Collection[int]) -> None:
    """Nobody answers for a group after the last day of the employment; what was before stands."""
    left = Q(valid_to__isnull=True) | Q(valid_to__gt=F("employee__employed_to"))
    rows = GroupStaffing.objects.filter(left, employee__in=employee_ids)
    rows.filter(valid_from__gt=F("employee__employed_to")).delete()
    for row in rows.select_related("employee"):
        row.valid_to = row.employee.employed_to
        row.save(update_fields=["valid_to"])


register(groups_answered_for)
register_ending(end_for)
