"""One letter: its way so far, and what can be done with it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.requests import SignedInRequest
from messaging import actions
from messaging.models import Dispatch
from messaging.views.log import LOG, RUN, lines_for, shown


@requires(LOG)
@require_safe
def letter(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One letter with all that SvarUt has told, without numbers and addresses."""
    dispatch = open_or_404(request, shown(Dispatch.objects.visible_to(request.user)), uuid=uuid)
    [line] = lines_for(request, [dispatch])
    events = [{"at": parse_datetime(event["at"]), "text": event["text"]} for event in dispatch.events]
    context = {"dispatch": dispatch, "line": line, "events": events, "attempts": list(dispatch.attempts.all()[:50])}
    return render(request, "messaging/letter.html", context)


@requires(RUN)
@require_POST
def send_again(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    dispatch = open_or_404(request, Dispatch.objects.visible_to(request.user, RUN), action="dispatch_again", uuid=uuid)
    try:
        actions.send_again(dispatch, by=request.user)
    except actions.NotFailed:
        messages.info(request, _("Brevet kan ikke sendes på nytt nå."))
    else:
        messages.success(request, _("Brevet sendes på nytt. Vi slår opp først, så ingen får det to ganger."))
    return redirect("messaging:letter", uuid=uuid)


@requires(RUN)
@require_POST
def withdraw(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    rows = Dispatch.objects.visible_to(request.user, RUN)
    dispatch = open_or_404(request, rows, action="dispatch_withdraw", uuid=uuid)
    try:
        actions.withdraw(dispatch, by=request.user)
    except actions.TooLate:
        messages.warning(request, _("Brevet er sendt eller på vei, og kan ikke trekkes tilbake."))
    except actions.OfficersTask:
        messages.warning(
            request, _("Brevet gjelder noen med adressesperre. Den som har ansvar for adressesperrer, avgjør det.")
        )
    else:
        messages.success(request, _("Brevet er trukket tilbake og blir ikke sendt."))
    return redirect("messaging:letter", uuid=uuid)


@requires(LOG)
@require_POST
def ask_status(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    rows = Dispatch.objects.visible_to(request.user)
    dispatch = open_or_404(request, rows, uuid=uuid)
    if actions.ask_status(rows.filter(pk=dispatch.pk)):
        messages.success(request, _("Statusen hentes nå. Last siden på nytt om litt."))
    else:
        messages.info(request, _("SvarUt har ikke mer å fortelle om dette brevet."))
    return redirect("messaging:letter", uuid=uuid)
