"""The page every small form of this app is shown on."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accessctl.actions import RightsError
from accessctl.models import AlreadyDecided, SamePerson
from accessctl.requests import SignedInRequest
from guardians.actions import BlockError, RelationError
from guardians.actions.sharing import SharingError
from people.actions import OtherName, ProtectionError
from people.apart import OwnCase

Text = str | Promise
REFUSALS = (BlockError, OtherName, OwnCase, ProtectionError, RelationError, RightsError, SharingError)


def form_page(
    request: SignedInRequest,
    form: forms.Form,
    act: Callable[[dict[str, Any]], object],
    *,
    title: Text,
    back: str,
    done: Text,
    button: Text,
    intro: Text = "",
    after: str = "",
    frame: str = "staff.html",
) -> HttpResponse:
    """Show a form, or do `act` with what was sent and go on to `after` (or `back`), saying `done`.

    What an action refuses is shown above the form in its own words.
    """
    if form.is_bound and form.is_valid():
        try:
            act(form.cleaned_data)
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, str(done))
            return redirect(after or back)
    context = {"form": form, "title": title, "intro": intro, "button": button, "back": back, "frame": frame}
    return render(request, "guardians/form.html", context, status=422 if form.errors else 200)


def do(request: SignedInRequest, act: Callable[[], object], *, back: str, done: Text) -> HttpResponse:
    """Do what a single button asks for, and go back saying how it went."""
    try:
        act()
    except REFUSALS as error:
        messages.error(request, str(error))
    except SamePerson:
        messages.error(request, _("Du kan ikke godkjenne ditt eget forslag. Be en kollega om det."))
    except AlreadyDecided:
        messages.error(request, _("Noen har allerede tatt stilling til forslaget."))
    else:
        messages.success(request, str(done))
    return redirect(back)


def sent(request: SignedInRequest) -> Any:
    """What was sent, or None for a page that is only shown."""
    return request.POST if request.method == "POST" else None
