"""Writes about planned teaching."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accessctl.audit import record_act
from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schools.models import SchoolYear
from staff.models import Employee, PlannedLessons


class PlanError(ValueError):
    """The plan can not be changed so; the text says why."""


@transaction.atomic
def plan_lessons(
    row: PlannedLessons | None,
    *,
    school: School,
    year: SchoolYear,
    employee: Employee | None,
    values: dict[str, Any],
    by: User,
) -> PlannedLessons:
    """Save teaching of a group, with or without a teacher. Raises PlanError for another school or a past year."""
    check(school, year, by)
    row = row or PlannedLessons(school=school, school_year=year)
    row.employee = employee
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    record_act(by, "plan_lessons", what=f"{row}: {school}"[:120], object_id=row.uuid)
    return row


@transaction.atomic
def remove_lessons(row: PlannedLessons, *, by: User) -> None:
    check(row.school, row.school_year, by)
    record_act(by, "remove_lessons", what=f"{row}: {row.school}"[:120], object_id=row.uuid)
    row.delete()


@transaction.atomic
def copy_year(school: School, *, source: SchoolYear, to: SchoolYear, by: User) -> int:
    """Begin the plan of a year with that of another. Raises PlanError where something is planned already."""
    check(school, to, by)
    if PlannedLessons.objects.filter(school=school, school_year=to).exists():
        raise PlanError(_("Det er allerede lagt inn undervisning i dette skoleåret."))
    rows = PlannedLessons.objects.filter(school=school, school_year=source)
    made = [
        PlannedLessons(
            school=school,
            school_year=to,
            employee_id=row.employee_id,
            group_name=row.group_name,
            subject=row.subject,
            stage=row.stage,
            hours=row.hours,
        )
        for row in rows
    ]
    PlannedLessons.objects.bulk_create(made, batch_size=1000)
    record_act(by, "copy_lessons", what=f"{source}–{to}: {school}"[:120], object_id=school.uuid)
    return len(made)


def check(school: School, year: SchoolYear, by: User) -> None:
    if not scope_of(by).reach(Permission.PLAN_POSITIONS).covers_school(school.pk):
        raise PlanError(_("Rollene dine gjelder ikke for denne skolen."))
    if year.state == SchoolYear.State.PAST:
        raise PlanError(_("Skoleåret er avsluttet. Planen for det endres ikke."))
