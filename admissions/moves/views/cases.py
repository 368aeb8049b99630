"""A move as a case: the list, the page with its steps, the decision, and what follows."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accessctl.guards import requires_any
from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from accessctl.scope import scope_of
from admissions.models import Move, MoveStep
from admissions.moves import actions
from admissions.moves.effect import effect_of
from admissions.moves.errors import MoveError
from admissions.moves.forms import ClassForm, DayForm, DecisionForm, StepForm
from admissions.moves.letters import begin_letter
from admissions.moves.reading import VIEWS, case_page, classes_of, list_page, opened

HANDLES = (Permission.EDIT_PUPIL, Permission.MANAGE_PROTECTION)


@requires_any(*HANDLES)
@require_safe
def move_list(request: SignedInRequest) -> HttpResponse:
    """The cases of one's schools: what remains to be done, who comes and who leaves."""
    view = request.GET.get("vis", "")
    context = list_page(request, view if view in VIEWS else "apne")
    context["may_receive"] = request.user.holds(Permission.EDIT_PUPIL)
    context["may_see_waiting"] = scope_of(request.user).reach(Permission.EDIT_PUPIL).everything
    return render(request, "admissions/moves/list.html", context)


@requires_any(*HANDLES)
@require_safe
def case(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One case and its steps."""
    move = opened(request, uuid)
    return render(request, "admissions/moves/case.html", case_page(request.user, move) | {"form": StepForm()})


@requires_any(*HANDLES)
def decide(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Fill in the decision, see what it brings about, make it."""
    move = opened(request, uuid)
    reach = scope_of(request.user).reach(Permission.EDIT_PUPIL)
    schools = School.objects.all() if not move.is_arrival or reach.everything else own_schools(request)
    initial = {"skole": move.to_school.uuid if move.to_school else "", "trinn": move.grade_level or ""}
    form = DecisionForm(
        request.POST or None,
        move=move,
        schools=schools,
        may_impose=reach.everything,
        groups=classes_of(move) if move.is_arrival else (),
        initial=initial,
    )
    context: dict[str, Any] = {"move": move, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "admissions/moves/decide.html", context, status=422 if form.errors else 200)
    decision, is_trial = form.decision(), "bekreft" not in request.POST
    try:
        actions.decide(move, decision=decision, by=request.user, is_trial=is_trial)
    except MoveError as error:
        form.add_error(None, str(error))
        return render(request, "admissions/moves/decide.html", context, status=422)
    if is_trial:
        return render(request, "admissions/moves/preview.html", context | {"effects": effect_of(move, decision)})
    saved = _("Flyttingen er registrert. Nå gjenstår stegene under.")
    messages.success(request, saved if move.is_notified else _("Vedtaket er lagret. Nå gjenstår stegene under."))
    return redirect("moves:case", move.uuid)


def own_schools(request: SignedInRequest) -> Any:
    return School.objects.visible_to(request.user, Permission.EDIT_PUPIL)


@requires_any(*HANDLES)
@require_POST
def step(request: SignedInRequest, uuid: UUID, slug: str) -> HttpResponse:
    """Say that a step is done, is not needed, or remains after all."""
    move = opened(request, uuid, action="move_step")
    state = {"gjort": MoveStep.State.DONE, "trengs-ikke": MoveStep.State.NOT_NEEDED}.get(
        request.POST.get("valg", ""), MoveStep.State.OPEN
    )
    note = request.POST.get("merknad", "")[:300]
    try:
        actions.mark_step(move, kind=slug, state=state, note=note, by=request.user)
    except MoveError as error:
        messages.error(request, str(error))
    return redirect("moves:case", move.uuid)


@requires_any(*HANDLES)
@require_POST
def letter(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Begin the decision letter, or go on with it."""
    move = opened(request, uuid, action="move_letter")
    try:
        document = begin_letter(move, by=request.user)
    except MoveError as error:
        messages.error(request, str(error))
        return redirect("moves:case", move.uuid)
    return redirect("documents:edit", document.uuid)


@requires_any(*HANDLES)
def choose_class(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Choose the class at the new school."""
    move = opened(request, uuid)
    form = ClassForm(request.POST or None, groups=classes_of(move) if move.to_school_id else [])
    if request.method == "POST" and form.is_valid():
        try:
            actions.place(move, group=form.group, by=request.user)
        except MoveError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Klassen er lagret."))
            return redirect("moves:case", move.uuid)
    context = {"move": move, "form": form}
    return render(request, "admissions/moves/class.html", context, status=422 if form.errors else 200)


@requires_any(*HANDLES)
def change_day(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Let the move hold from another day."""
    move = opened(request, uuid)
    form = DayForm(request.POST or None, initial={"forste_dag": move.first_day})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_day(move, first_day=form.cleaned_data["forste_dag"], by=request.user)
        except MoveError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Dagen er endret. Se over brev og flyttemelding som er laget før."))
            return redirect("moves:case", move.uuid)
    context = {"move": move, "form": form}
    return render(request, "admissions/moves/day.html", context, status=422 if form.errors else 200)


@requires_any(*HANDLES)
def end(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Give up a case before its day, or take back one that was carried out; asked once more first."""
    move = opened(request, uuid)
    if request.method == "POST":
        act = actions.undo if move.state == Move.State.DONE else actions.cancel
        try:
            act(move, by=request.user)
        except MoveError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Flyttingen er tatt tilbake. Alt er som før."))
        return redirect("moves:case", move.uuid)
    return render(request, "admissions/moves/end.html", {"move": move})
