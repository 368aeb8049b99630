"""Children who come: found by national id, or among those of the register without a place."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from admissions.moves.actions import start
from admissions.moves.arrivals import Child, kind_for, receive, without_place
from admissions.moves.errors import MoveError
from admissions.moves.forms import ArrivalForm, SchoolForm
from students.models import Student

EDIT = Permission.EDIT_PUPIL
PAGE_SIZE = 50


@requires(EDIT)
def arrive(request: SignedInRequest) -> HttpResponse:
    """Begin a case for a child known by national id."""
    form = ArrivalForm(request.POST or None, schools=School.objects.visible_to(request.user, EDIT))
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        child = Child(typed["nummer"], typed["fornavn"], typed["etternavn"], typed["fodt"])
        try:
            move = receive(child, school=form.school, by=request.user)
        except MoveError as error:
            form.add_error(None, str(error))
        else:
            return redirect("moves:case", move.uuid)
    return render(request, "admissions/moves/arrive.html", {"form": form}, status=422 if form.errors else 200)


@requires(EDIT)
@require_safe
def waiting(request: SignedInRequest) -> HttpResponse:
    """Children of the register without a school place, for those who answer for the whole municipality."""
    page = Paginator(without_place(request.user), PAGE_SIZE).get_page(request.GET.get("side"))
    record_list(request.user, "list", list(page))
    return render(request, "admissions/moves/waiting.html", {"page": page})


@requires(EDIT)
def give_place(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Begin a case for a child of the register."""
    rows = Student.objects.visible_to(request.user, EDIT).select_related("person", "school")
    student = open_or_404(request, rows, uuid=uuid)
    form = SchoolForm(request.POST or None, schools=School.objects.visible_to(request.user, EDIT))
    if request.method == "POST" and form.is_valid():
        try:
            move = start(student, kind=kind_for(student), to_school=form.school, by=request.user)
        except MoveError as error:
            form.add_error(None, str(error))
        else:
            return redirect("moves:case", move.uuid)
    context = {"student": student, "form": form}
    return render(request, "admissions/moves/give_place.html", context, status=422 if form.errors else 200)
