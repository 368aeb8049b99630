"""Where a task stands, worked out from dates alone."""

from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

# A task is shown as something to do this many days before it is due.
OPENS_BEFORE = timedelta(days=28)


class State(models.TextChoices):
    """Most pressing first."""

    LATE = "late", _("over fristen")
    NOW = "now", _("kan gjøres nå")
    WAITING = "waiting", _("venter på en annen oppgave")
    LATER = "later", _("senere")
    DONE = "done", _("gjort")

    @property
    def needs_somebody(self) -> bool:
        return self in (State.LATE, State.NOW)


def state_of(*, is_done: bool, due: date, today: date, is_blocked: bool) -> State:
    """Done is done, whatever the date. What is due is late also when something else must come first."""
    if is_done:
        return State.DONE
    if due < today:
        return State.LATE
    if is_blocked:
        return State.WAITING
    return State.NOW if today >= due - OPENS_BEFORE else State.LATER
