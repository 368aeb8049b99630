"""What the second person answers on a page about something proposed, or the first takes back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.utils.translation import gettext as _

from accessctl.actions import RightsError
from accessctl.models import AlreadyDecided, SamePerson
from accessctl.requests import SignedInRequest


def act_on(
    request: SignedInRequest,
    proposal: Any,
    decide: Callable[..., object],
    withdraw: Callable[..., object],
    *,
    approved: str,
    refused: str,
    refusals: tuple[type[ValueError], ...] = (RightsError,),
) -> None:
    """Do what the button says, and say how it went. `refusals` are the errors whose text is for the screen."""
    choice = request.POST.get("valg")
    try:
        if choice == "trekk":
            withdraw(proposal, by=request.user)
            messages.success(request, _("Forslaget er trukket."))
        elif choice in ("godkjenn", "avslaa"):
            decide(proposal, approve=choice == "godkjenn", by=request.user)
            messages.success(request, approved if choice == "godkjenn" else refused)
    except SamePerson:
        messages.error(request, _("Du kan ikke godkjenne ditt eget forslag. Be en kollega."))
    except AlreadyDecided:
        messages.info(request, _("Endringen er allerede avgjort."))
    except refusals as error:
        messages.error(request, str(error))
