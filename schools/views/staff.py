"""The start page of staff."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from schoolapp.lib import clock
from schools.today import lines_for, shortcuts_for

NOON, EVENING = 11, 18


@requires(Permission.VIEW_PUPIL)
@require_safe
def today(request: SignedInRequest) -> HttpResponse:
    """What needs the user now, and the way to own classes."""
    shortcuts = shortcuts_for(request.user)
    return render(
        request,
        "schools/today.html",
        {
            "greeting": greeting(clock.now().astimezone(clock.OSLO).hour),
            "today": clock.today(),
            "lines": lines_for(request.user),
            "shortcuts": shortcuts,
            "only_classes": all(shortcut.is_class for shortcut in shortcuts),
            "runs_archive": request.user.holds(Permission.RUN_ARCHIVE),
        },
    )


def greeting(hour: int) -> str:
    if hour < NOON:
        return _("God morgen")
    return _("God dag") if hour < EVENING else _("God kveld")
