"""The doors into the system. Staff, guardians and pupils have screens of their own; some people have several."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accessctl.guards import signed_in
from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from accessctl.scope import scope_of
from schoolapp.menu import MENU, Text, url_of


@dataclass(frozen=True)
class Door:
    label: Text
    url: str
    is_current: bool


def doors_of(user: User, path: str = "") -> list[Door]:
    """The doors `user` may open, the one `path` is behind marked. The first is where login leads."""
    staff = next((url_of(line.url_name) for line in MENU if line.is_for(user)), "")
    guardian = url_of("guardians:home") if user.holds(Permission.VIEW_OWN_CHILDREN) else ""
    pupil = url_of("students:own") if user.holds(Permission.VIEW_OWN_RECORD) else ""
    in_staff = not any(url and path.startswith(url) for url in (guardian, pupil))
    doors = [
        Door(_("Som ansatt"), staff, in_staff),
        Door(_("Som foresatt"), guardian, bool(guardian) and path.startswith(guardian)),
        Door(_("Som elev"), pupil, bool(pupil) and path.startswith(pupil)),
    ]
    return [door for door in doors if door.url]


@signed_in("sendes til sin egen forside")
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """The address of the municipality's system leads each person to their own front page."""
    doors = doors_of(request.user)
    if doors:
        return redirect(doors[0].url)
    roles = sorted({source.name for source in scope_of(request.user).sources if source.name})
    return render(request, "no_door.html", {"contacts": {"access", "register"}, "roles": roles})
