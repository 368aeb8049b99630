"""Moves from the pupil's side: the schooling, beginning a case, and removing from a school year."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accessctl.audit import open_or_404
from accessctl.guards import requires, requires_any
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from admissions.models import Move
from admissions.models.moves import is_officer
from admissions.moves import removal
from admissions.moves.actions import start
from admissions.moves.errors import MoveError
from admissions.moves.history import history_page
from admissions.moves.notice import is_head_of, obliged_case
from admissions.moves.rules import LEAVING
from admissions.moves.views.cases import HANDLES
from students.models import Student
from students.pages import pupil_page


@requires(Permission.VIEW_PUPIL)
@require_safe
def history(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The tab «Skolegang»."""
    students = Student.objects.visible_to(request.user).with_page_data()
    student = open_or_404(request, students, uuid=uuid)
    also = [Permission.EDIT_PUPIL, Permission.REMOVE_FROM_YEAR, Permission.WRITE_DOCUMENT]
    page = pupil_page(request, student, active="skolegang", also=also)
    rights = page["rights"]
    handles = is_officer(request.user) if student.person.is_protected else Permission.EDIT_PUPIL in rights
    writes = Permission.WRITE_DOCUMENT in rights and is_head_of(request.user, student.school)
    context = page | history_page(request.user, student)
    context |= {
        "may_move": handles and student.school_id is not None,
        "may_remove": Permission.REMOVE_FROM_YEAR in rights,
        "duty_case": obliged_case(student) if writes else None,
    }
    return render(request, "admissions/moves/history.html", context)


@requires_any(*HANDLES)
def begin(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Choose which way a pupil leaves the school."""
    right = Permission.EDIT_PUPIL
    if is_officer(request.user):
        right = Permission.SEE_PROTECTED
    students = Student.objects.visible_to(request.user, right).with_page_data()
    student = open_or_404(request, students, uuid=uuid)
    context: dict[str, Any] = {"student": student, "kinds": [Move.Kind(kind) for kind in LEAVING]}
    if request.method != "POST":
        return render(request, "admissions/moves/begin.html", context)
    kind = request.POST.get("slag", "")
    if kind not in LEAVING:
        return render(
            request, "admissions/moves/begin.html", context | {"problem": _("Velg hva som skjer.")}, status=422
        )
    try:
        move = start(student, kind=kind, by=request.user)
    except MoveError as error:
        return render(request, "admissions/moves/begin.html", context | {"problem": str(error)}, status=422)
    return redirect("moves:case", move.uuid)


@requires(Permission.REMOVE_FROM_YEAR)
def remove(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """«Slett elev fra skoleår»: what stands in the way, or what would go; then once more."""
    students = Student.objects.visible_to(request.user, Permission.REMOVE_FROM_YEAR).with_page_data()
    student = open_or_404(request, students, uuid=uuid)
    years = [
        (year, removal.what_goes(student, year), removal.hindrances(student, year))
        for year in removal.years_of(student)[:5]
    ]
    if request.method == "POST":
        chosen = next((year for year, *_rest in years if str(year.starts_on.year) == request.POST.get("ar")), None)
        if chosen is None:
            raise Http404
        try:
            removal.remove_from_year(student, year=chosen, by=request.user)
        except MoveError as error:
            messages.error(request, str(error))
            return redirect("moves:remove", student.uuid)
        messages.success(request, _("Eleven er slettet fra skoleåret."))
        return redirect("students:list")
    return render(request, "admissions/moves/remove.html", {"student": student, "years": years})
