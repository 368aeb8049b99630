"""The transfer notice: what it will say, who has permitted what, the finished text, and the receiving school's page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accessctl.guards import requires, requires_any
from accessctl.login.level import method_name
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from admissions.models import Move
from admissions.moves import notice as notices
from admissions.moves.errors import MoveError
from admissions.moves.forms import DutyForm, MakeForm, PermissionForm
from admissions.moves.notice_page import notice_page, role_for
from admissions.moves.reading import opened, opened_for_head
from admissions.moves.views.cases import HANDLES


@requires_any(*HANDLES)
def notice(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """What the notice says or will say. POST keeps what somebody has permitted to tell."""
    move = opened(request, uuid)
    context = notice_page(request.user, move)
    if not context["notice"]:
        raise Http404
    form = PermissionForm(
        request.POST or None,
        guardians=context["guardians"],
        pupil_decides=context["pupil_decides"],
        initial=context["permitted"],
    )
    if request.method == "POST" and form.is_valid():
        try:
            notices.permit(
                move,
                extra=form.cleaned_data["opplysninger"],
                permitted_by=form.cleaned_data["fra"],
                guardian=form.guardian,
                permitted_on=form.cleaned_data["dato"],
                by=request.user,
            )
        except MoveError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Opplysningene er lagret. Se over meldingen før du lager den."))
            return redirect("moves:notice", move.uuid)
    to_archive = move.kind != Move.Kind.WITHIN
    context |= {"form": form, "make": MakeForm(initial={"arkiv": to_archive})}
    return render(request, "admissions/moves/notice.html", context, status=422 if form.errors else 200)


@requires_any(*HANDLES)
@require_POST
def make(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Make the notice, or a corrected version of it."""
    move = opened(request, uuid, action="make_notice")
    try:
        notices.make(
            move,
            to_archive="arkiv" in request.POST,
            role=role_for(request.user, move),
            method=method_name(request),
            by=request.user,
        )
    except MoveError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Flyttemeldingen er laget."))
    return redirect("moves:notice", move.uuid)


@requires_any(*HANDLES)
@require_POST
def read(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """«Lest», by the receiving school."""
    move = opened(request, uuid, action="read_notice")
    if not notice_page(request.user, move)["is_receiver"]:
        raise Http404
    notices.note_read(move, by=request.user)
    return redirect("moves:notice", move.uuid)


@requires(Permission.WRITE_DOCUMENT)
def duty(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """What the head of the old school finds that the school has a duty to tell."""
    move = opened_for_head(request, uuid)
    if not notices.is_head_of(request.user, move.from_school):
        raise Http404
    kept = notice_page(request.user, move)["notice"]
    initial: dict[str, Any] = {"opplysninger": kept.duty, "grunn": kept.duty_ground}
    form = DutyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            notices.oblige(
                move, duty=form.cleaned_data["opplysninger"], ground=form.cleaned_data["grunn"], by=request.user
            )
        except MoveError as error:
            form.add_error("grunn", str(error))
        else:
            messages.success(request, _("Vurderingen er lagret. Den blir med når flyttemeldingen lages."))
            return redirect("moves:history", move.student.uuid)
    return render(
        request, "admissions/moves/duty.html", {"move": move, "form": form}, status=422 if form.errors else 200
    )
