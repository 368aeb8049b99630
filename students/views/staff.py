"""Screens about pupils, for staff."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from people.display import PREFETCHED
from students.forms import PupilFilter
from students.models import Student
from students.pages import overview_page

PAGE_SIZE = 50


@requires(Permission.VIEW_PUPIL)
@require_safe
def pupil_list(request: SignedInRequest) -> HttpResponse:
    """The pupils one reaches, found by name, school, grade and class. What is shown is logged."""
    visible = Student.objects.visible_to(request.user)
    form = PupilFilter(request.GET, schools=School.objects.visible_to(request.user), pupils=visible)
    rows = form.found().select_related("person", "school").order_by("sort_name", "pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("side"))
    record_list(request.user, "list", list(page))
    return render(
        request,
        "students/list.html",
        {"filter": form, "page": page, "shows_school": "skole" in form.fields, "kept": kept_query(request)},
    )


@requires(Permission.VIEW_PUPIL)
@require_safe
def pupil(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The overview of one pupil."""
    students = Student.objects.visible_to(request.user).with_page_data().select_related("person__contact")
    student = open_or_404(request, students.prefetch_related(*(f"person__{name}" for name in PREFETCHED)), uuid=uuid)
    return render(request, "students/overview.html", overview_page(request, student))


def kept_query(request: SignedInRequest) -> str:
    """The filter as a query string without the page number, for the links between pages."""
    query = request.GET.copy()
    query.pop("side", None)
    return query.urlencode()
