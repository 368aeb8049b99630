"""The start page of staff."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accessctl.guards import requires_any
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from schoolapp.lib import clock
from schools.today import OPENED_BY, lines_for, shortcuts_for

NOON, EVENING = 11, 18


@requires_any(*OPENED_BY)
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
            "finds_pupils": request.user.holds(Permission.VIEW_PUPIL),
        },
    )


def greeting(hour: int) -> str:
    if hour < NOON:
        return _("God morgen")
    return _("God dag") if hour < EVENING else _("God kveld")
