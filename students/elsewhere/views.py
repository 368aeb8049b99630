"""Screens that write down that a pupil is taught another place."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from students.elsewhere.actions import ElsewhereError, place_on, remove, write_down
from students.elsewhere.forms import ElsewhereForm
from students.elsewhere.told import in_gsi
from students.models import Elsewhere, Student


@requires(Permission.EDIT_PUPIL)
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Where, how long and from when; what it means is shown before it is saved."""
    reached: Any = Student.objects.visible_to(request.user, Permission.EDIT_PUPIL)
    student = open_or_404(request, reached.with_page_data(), uuid=uuid)
    return write(request, student, None)


@requires(Permission.EDIT_PUPIL)
@require_http_methods(["GET", "POST"])
def change(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Put right or end what is written down, or take away what was a mistake."""
    reached: Any = Elsewhere.objects.visible_to(request.user, Permission.EDIT_PUPIL)
    row = open_or_404(request, reached.select_related("student__person", "student__school", "host"), uuid=uuid)
    if "fjern" in request.POST:
        remove(row, by=request.user)
        messages.success(request, _("Opplysningen er fjernet. Endringsloggen har den fortsatt."))
        return redirect("students:groups", row.student.uuid)
    return write(request, row.student, row)


def write(request: SignedInRequest, student: Student, row: Elsewhere | None) -> HttpResponse:
    schools = [school for school in School.objects.all() if school.pk != student.school_id]
    form = ElsewhereForm(request.POST if request.method == "POST" else None, schools=schools, row=row)
    context: dict[str, Any] = {"student": student, "form": form, "row": row}
    page = "students/elsewhere/form.html"
    if request.method != "POST" or not form.is_valid():
        return render(request, page, context, status=422 if form.errors else 200)
    is_trial = "bekreft" not in request.POST
    try:
        told = write_down(student, **form.values, by=request.user, instead_of=row, is_trial=is_trial)
    except ElsewhereError as error:
        form.add_error(error.field, str(error))
        return render(request, page, context, status=422)
    if is_trial:
        own = place_on(student, told.valid_from)
        told_of = {"told": told, "gsi": in_gsi(told, own.school.name if own else ""), "own": own}
        return render(request, "students/elsewhere/preview.html", context | told_of)
    messages.success(request, _("Lagret."))
    return redirect("students:groups", student.uuid)
