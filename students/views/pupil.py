"""The pupil's own screens."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from accessctl.audit import record_list
from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from students.models import Student
from students.pages import contact_teachers
from students.rules import decides_on_schooling


@requires(Permission.VIEW_OWN_RECORD)
@require_safe
def own_page(request: SignedInRequest) -> HttpResponse:
    """What the school has on record about oneself: name, class, school and contact teacher."""
    students = list(Student.objects.visible_to(request.user, Permission.VIEW_OWN_RECORD).with_page_data())
    record_list(request.user, "open", students)
    student = students[0] if students else None
    teachers = contact_teachers(students)[student.pk] if student else []
    context = {
        "student": student,
        "teachers": teachers,
        "decides": student is not None and decides_on_schooling(student),
        "documents_url": url_if_any("documents:pupil_list"),
        "photo_url": url_if_any("guardians:own_photo_answer"),
    }
    return render(request, "students/own.html", context)


def url_if_any(name: str) -> str:
    """The address of a page of an app above, or nothing while it is not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
