"""The pupil's own screens."""

from django.http import HttpResponse
from django.shortcuts import render

from accessctl.audit import record_list
from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from students.models import Student
from students.pages import contact_teachers


@requires(Permission.VIEW_OWN_RECORD)
def own_page(request: SignedInRequest) -> HttpResponse:
    """What the school has on record about oneself: name, class, school and contact teacher."""
    students = list(Student.objects.visible_to(request.user, Permission.VIEW_OWN_RECORD).with_page_data())
    record_list(request.user, "open", students)
    student = students[0] if students else None
    teachers = contact_teachers(students)[student.pk] if student else []
    return render(request, "students/own.html", {"student": student, "teachers": teachers})
