"""Adressesperre → Brev som venter: letters to or about the protected, which only a person sends on their way."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import record_list
from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from messaging import actions, officer
from messaging.views.log import pupils_of


@requires(Permission.MANAGE_PROTECTION)
@require_safe
def held(request: SignedInRequest) -> HttpResponse:
    """The letters that wait for the officer, the oldest first."""
    return held_page(request)


def held_page(request: SignedInRequest, problem: str = "") -> HttpResponse:
    page = officer.waiting(request.user, request.GET.get("side"))
    letters = list(page)
    record_list(request.user, "list", letters)
    pupils = pupils_of(request.user, letters)
    lines = [{"dispatch": row, "pupil": pupils.get(row.about)} for row in letters]
    context = {"page": page, "lines": lines, "problem": problem}
    return render(request, "messaging/held.html", context, status=400 if problem else 200)


@requires(Permission.MANAGE_PROTECTION)
@require_POST
def decide(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """«Levert på annen måte», or a new look now that what stopped it has changed."""
    try:
        is_otherwise = officer.decide(request, uuid, request.POST.get("valg", ""))
    except officer.NoSuchChoice:
        return held_page(request, _("Ingenting er endret. Velg «Levert på annen måte» eller «Vurder på nytt»."))
    except actions.NotFailed:
        messages.info(request, _("Brevet er alt avgjort."))
        return redirect("messaging:held")
    if is_otherwise:
        messages.success(request, _("Brevet er merket som levert på annen måte, og blir ikke sendt."))
    else:
        messages.success(request, _("Brevet vurderes på nytt. Gjelder sperren fortsatt, kommer det tilbake hit."))
    return redirect("messaging:held")
