"""Rapporter → Utsendinger: what waits, what is sent and read, what failed and what to do about it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import record_list
from accessctl.guards import requires
from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from accessctl.scope import scope_of
from messaging import actions, costs, log
from messaging.forms import LogFilter
from messaging.models import Dispatch, DispatchQuerySet
from schoolapp.lib.paging import LongPaginator
from students.models import Student

PAGE_SIZE = 50
MOST_AT_ONCE = 500
MOST_EXPORTED = 20_000
LOG, RUN = Permission.VIEW_ARCHIVE_LOG, Permission.RUN_ARCHIVE


@requires(LOG)
@require_safe
def dispatch_log(request: SignedInRequest) -> HttpResponse:
    """The log of the schools one reaches. What is shown is logged."""
    pane = pane_of(request)
    form, rows = filtered(request)
    pages = LongPaginator(shown(log.in_pane(rows, pane)), PAGE_SIZE)
    page = pages.get_page(request.GET.get("side"))
    record_list(request.user, "list", list(page))
    may_run = scope_of(request.user).holds(RUN)
    context = {
        "filter": form,
        "pane": pane,
        "panes": log.panes(rows, pane, pages.counted),
        "page": page,
        "lines": lines_for(request, list(page)),
        "headline": log.headline(),
        "shared": log.same_cause(rows) if pane == "feil" and may_run else [],
        "kept": kept_query(request, "side"),
        "kept_filter": kept_query(request, "side", "fane"),
        "shows_school": "skole" in form.fields,
        "may_run": may_run,
        "is_officer": scope_of(request.user).holds(Permission.MANAGE_PROTECTION),
    }
    return render(request, "messaging/log.html", context)


@requires(LOG)
@require_safe
def export(request: SignedInRequest) -> HttpResponse:
    """What the log shows, as a file. Every pupil in it is logged."""
    _form, rows = filtered(request)
    found = list(shown(log.in_pane(rows, pane_of(request)))[:MOST_EXPORTED])
    record_list(request.user, "export", found)
    response = HttpResponse(log.as_csv(lines_for(request, found)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="utsendinger.csv"'
    return response


@requires(LOG)
@require_POST
def ask_status(request: SignedInRequest) -> HttpResponse:
    """«Oppdater status» for all that one sees. It happens by itself too, only not at once."""
    count = actions.ask_status(Dispatch.objects.visible_to(request.user))
    if count:
        text = ngettext("Statusen for %(n)s brev hentes nå.", "Statusen for %(n)s brev hentes nå.", count)
        messages.success(request, text % {"n": count} + " " + _("Last siden på nytt om litt."))
    else:
        messages.info(request, _("Ingen brev venter på ny status."))
    return redirect(f"{reverse('messaging:log')}?fane=sendt")


@requires(RUN)
@require_POST
def send_many(request: SignedInRequest) -> HttpResponse:
    """«Send på nytt» for those ticked, or for all with the same cause. Those out of reach are left alone."""
    rows = Dispatch.objects.visible_to(request.user, RUN)
    cause = request.POST.get("arsak")
    if cause is not None:
        rows = rows.none() if "\x00" in cause else rows.filter(state=Dispatch.State.PARKED, failure_text=cause)
    else:
        rows = rows.filter(uuid__in=valid_uuids(request.POST.getlist("valgt")))
    again = sum(sent_again(row, by=request.user) for row in rows.order_by("pk")[:MOST_AT_ONCE])
    if again:
        text = ngettext("%(n)s brev sendes på nytt.", "%(n)s brev sendes på nytt.", again)
        messages.success(request, text % {"n": again})
    else:
        messages.warning(request, _("Velg minst ett brev som har feilet."))
    return redirect(f"{reverse('messaging:log')}?fane={'ikke-sendt' if again else 'feil'}")


def sent_again(row: Dispatch, *, by: User) -> bool:
    """Whether it is sent again now; somebody else may have been quicker."""
    try:
        actions.send_again(row, by=by)
    except actions.NotFailed:
        return False
    return True


def pane_of(request: HttpRequest) -> str:
    pane = request.GET.get("fane", "ikke-sendt")
    return pane if pane in log.PANES else "ikke-sendt"


def filtered(request: SignedInRequest) -> tuple[LogFilter, DispatchQuerySet]:
    visible = Dispatch.objects.visible_to(request.user)
    kinds = list(visible.exclude(kind="").order_by("kind").values_list("kind", flat=True).distinct()[:100])
    form = LogFilter(request.GET, schools=School.objects.visible_to(request.user, LOG), kinds=kinds)
    return form, form.applied_to(visible)


def shown(rows: DispatchQuerySet) -> DispatchQuerySet:
    found: DispatchQuerySet = costs.with_cost(rows).select_related("school", "recipient")
    return found


def lines_for(request: SignedInRequest, rows: list[Dispatch]) -> list[log.Line]:
    return log.lines_of(rows, pupils=pupils_of(request.user, rows), scope=scope_of(request.user))


def pupils_of(user: Any, rows: list[Dispatch]) -> dict[UUID, Student]:
    """Whom the letters are about, as far as the reader sees them."""
    seen = Student.objects.visible_to(user).filter(uuid__in={row.about for row in rows}).select_related("person")
    return {student.uuid: student for student in seen}


def valid_uuids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts[:MOST_AT_ONCE]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def kept_query(request: HttpRequest, *without: str) -> str:
    """The query string without some of its parts, for links that keep the rest."""
    query = request.GET.copy()
    for name in without:
        query.pop(name, None)
    return query.urlencode()
