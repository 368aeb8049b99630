"""«Sett til Klar» for many: those ticked, or all that failed for the same cause, some at a time with progress."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accessctl.guards import requires
from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from archive import actions, log
from archive.advice import Advice, advice
from archive.models import Delivery, DeliveryQuerySet
from archive.views.lines import may, user_of, valid_uuids

AT_A_TIME, MOST_SHOWN = 200, 10


@dataclass(frozen=True)
class Shared:
    """A cause that several documents share."""

    key: str
    n: int
    advice: Advice


def shared_causes(request: HttpRequest, rows: DeliveryQuerySet) -> list[Shared]:
    """The causes of more than one failed document among `rows`, with what to do about each."""
    if not may(request, Permission.RUN_ARCHIVE):
        return []
    scope = scope_of(request.user)
    groups = [group for group in log.by_cause(rows) if group.n > 1][:MOST_SHOWN]
    schools = School.objects.in_bulk([group.schools[0] for group in groups])
    return [
        Shared(group.key, group.n, advice(group.failure, group.words, school=the_one(group, schools), scope=scope))
        for group in groups
    ]


def the_one(group: log.Group, schools: dict[int, School]) -> School | None:
    """The school, when all of the group is at one."""
    first, last = group.schools
    return schools[first] if first == last else None


@requires(Permission.RUN_ARCHIVE)
@require_POST
def set_ready_many(request: HttpRequest) -> HttpResponse:
    """Those out of reach are left alone. A group goes on from where it came to, until all of it has been asked."""
    rows = Delivery.objects.visible_to(request.user, Permission.RUN_ARCHIVE).filter(state=Delivery.State.PARKED)
    group = request.POST.get("gruppe")
    if group is not None:
        rows = log.of_cause(rows, group)
    else:
        rows = rows.filter(uuid__in=valid_uuids(request.POST.getlist("valgt")))
    rows = rows.exclude(failure=Delivery.Failure.CHANGED).filter(pk__gt=whole(request, "etter")).order_by("pk")
    taken = list(rows.select_related("school")[:AT_A_TIME])
    changed = whole(request, "satt")
    stopped = whole(request, "stoppet")
    for delivery in taken:
        try:
            actions.set_ready(delivery, by=user_of(request))
            changed += 1
        except (actions.StillFailing, actions.NotFailed):
            stopped += 1
    left = rows.filter(pk__gt=taken[-1].pk).count() if taken else 0
    if left and group is not None:
        context = {"group": group, "after": taken[-1].pk, "changed": changed, "stopped": stopped, "left": left}
        return render(request, "archive/retrying.html", context | {"total": changed + stopped + left})
    tell(request, changed, stopped)
    return redirect(f"{reverse('archive:log')}?fane={'klar' if changed and not stopped else 'feilet'}")


def tell(request: HttpRequest, changed: int, stopped: int) -> None:
    if changed:
        text = ngettext("%(n)s dokument er satt til Klar.", "%(n)s dokumenter er satt til Klar.", changed)
        messages.success(request, text % {"n": changed})
    if stopped:
        text = ngettext(
            "%(n)s dokument er fortsatt stoppet. Årsaken står på dokumentet under.",
            "%(n)s dokumenter er fortsatt stoppet. Årsaken står på hvert dokument under.",
            stopped,
        )
        messages.warning(request, text % {"n": stopped})
    if not changed and not stopped:
        messages.warning(request, _("Velg minst ett dokument som har feilet."))


def whole(request: HttpRequest, name: str) -> int:
    """A whole number that the form carried along; 0 for anything else."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0
