"""Putting children of a run in a class, when the one who started it asked for that."""

from guardians.register.persons import Written
from guardians.register.sql import rows
from people.models import RegisterImport
from people.register.remarks import Code, Remark
from students.actions import PlacementError, enrol, place_in_class
from students.models import Group, Membership, Student


def place(run: RegisterImport, written: Written) -> None:
    """Enrol and place the children of the chunk who have no place this year; one with another place is left there."""
    group = Group.objects.select_related("school", "school_year").get(pk=run.group or 0)
    found = rows("SELECT record, student_id, is_resident FROM children ORDER BY seq")
    students = Student.objects.in_bulk([student for _r, student, _i in found])
    open_places = Membership.objects.filter(
        is_home_class=True, valid_to__isnull=True, group__school_year=group.school_year
    )
    placed = dict(open_places.filter(student__in=students).values_list("student", "group"))
    for record, student_id, is_resident in found:
        student = students[student_id]
        if placed.get(student.pk) == group.pk:
            continue
        if not is_resident:
            written.remarks.append(Remark(record, Code.NOT_ENROLLED.value))
            continue
        try:
            if student.pk in placed:
                raise PlacementError
            enrol(student, school=group.school, year=group.school_year, grade_level=group.grade_level or 1, by=None)
            place_in_class(student, group=group, by=None)
        except PlacementError:
            written.remarks.append(Remark(record, Code.ALREADY_PLACED.value))
        else:
            written.counts["children_placed"] += 1
