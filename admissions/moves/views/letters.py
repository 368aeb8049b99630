"""Letters to the pupils who begin: choose them, write once, follow the batch."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.login.level import method_name
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from admissions.models import LetterBatch
from admissions.moves import batches
from admissions.moves.errors import MoveError
from admissions.moves.letter_form import BatchForm, ChooseForm
from admissions.moves.recipients import recipients, schools_for

# A teacher writes to own pupils one by one; who plans the year writes to those who begin.
PLAN = Permission.PLAN_YEAR
PAGE_SIZE = 25


@requires(PLAN)
@require_safe
def letter_list(request: SignedInRequest) -> HttpResponse:
    """The batches of one's schools, and the way to a new one."""
    rows = LetterBatch.objects.visible_to(request.user).select_related("document_type", "school", "created_by")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("side"))
    form = ChooseForm(None, schools=schools_for(request.user))
    return render(request, "admissions/moves/letters.html", {"page": page, "form": form})


@requires(PLAN)
def new(request: SignedInRequest) -> HttpResponse:
    """Choose pupils and fill in what the letter says to all of them. What is shown is logged."""
    chosen = ChooseForm(request.GET, schools=schools_for(request.user))
    if not chosen.is_valid():
        return redirect("moves:letters")
    pupils = recipients(request.user, chosen.school, chosen.kind, chosen.grade)
    form = BatchForm(request.POST or None, kind=chosen.kind, school=chosen.school, pupils=pupils)
    if request.method == "POST" and form.is_valid():
        try:
            batch = batches.order(
                form.chosen,
                kind=chosen.kind,
                school=chosen.school,
                fields=form.fields_filled,
                method=method_name(request),
                by=request.user,
            )
        except MoveError as error:
            form.add_error(None, str(error))
        else:
            return redirect("moves:batch", batch.uuid)
    record_list(request.user, "list", [found.student for found in pupils])
    context: dict[str, Any] = {"chosen": chosen, "form": form, "pupils": pupils}
    return render(request, "admissions/moves/letters_new.html", context, status=422 if form.errors else 200)


@requires(PLAN)
@require_safe
def batch(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """How far a batch has come, with failures by name."""
    rows = LetterBatch.objects.visible_to(request.user).select_related("document_type", "school", "created_by")
    found = open_or_404(request, rows, uuid=uuid)
    context = batches.progress(request.user, found)
    record_list(request.user, "list", context["rows"])
    return render(request, "admissions/moves/batch.html", context | {"batch": found})


@requires(PLAN)
@require_POST
def cancel(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    found = open_or_404(request, LetterBatch.objects.visible_to(request.user), action="cancel_letters", uuid=uuid)
    try:
        batches.cancel(found, by=request.user)
    except MoveError as error:
        messages.error(request, str(error))
    return redirect("moves:batch", found.uuid)
