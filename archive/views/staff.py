"""Rapporter → Arkiv: what is waiting, what has arrived, what failed and what to do about it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.login.level import is_fresh
from accessctl.models import School
from accessctl.permissions import Permission
from archive import actions, log
from archive.forms import LogFilter
from archive.models import ArchiveRun, Delivery, DeliveryQuerySet
from archive.views import retry
from archive.views.lines import lines_of, may, user_of
from schoolapp.lib.paging import LongPaginator

PAGE_SIZE = 50


@requires(Permission.VIEW_ARCHIVE_LOG)
@require_safe
def archive_log(request: HttpRequest) -> HttpResponse:
    """The log of the schools one reaches. What is shown is logged."""
    pane = request.GET.get("fane", "klar")
    pane = pane if pane in log.PANES else "klar"
    visible = Delivery.objects.visible_to(request.user)
    if request.headers.get("HX-Target") == "framdrift":
        return progress(request, visible)
    form = LogFilter(request.GET, schools=School.objects.visible_to(request.user, Permission.VIEW_ARCHIVE_LOG))
    rows = form.applied_to(visible)
    found = log.in_pane(rows, pane).select_related("school", "folder")
    pages = LongPaginator(found, PAGE_SIZE)
    page = pages.get_page(request.GET.get("side"))
    record_list(request.user, "list", list(page))
    if pane == "feilet" and may(request, Permission.RUN_ARCHIVE):
        actions.look_at_log(by=user_of(request))
    context = {
        "filter": form,
        "pane": pane,
        "panes": log.panes(rows, pane, pages.counted),
        "page": page,
        "lines": lines_of(request, list(page)),
        "headline": log.headline(visible),
        "is_moving": log.is_moving(),
        "shared": retry.shared_causes(request, rows) if pane == "feilet" else [],
        "kept": kept_query(request, "side"),
        "kept_filter": kept_query(request, "side", "fane"),
        "shows_school": "skole" in form.fields,
        "may_run": may(request, Permission.RUN_ARCHIVE),
        "may_edit": may(request, Permission.EDIT_ARCHIVE_SETTINGS),
    }
    return render(request, "archive/log.html", context)


def progress(request: HttpRequest, visible: DeliveryQuerySet) -> HttpResponse:
    """How far the transfer has come, for the page that asks by itself: no rows, so nothing for the access log."""
    is_moving = log.is_moving()
    response = render(request, "archive/progress.html", {"headline": log.headline(visible), "is_moving": is_moving})
    if not is_moving:
        response.headers["HX-Refresh"] = "true"
    return response


@requires(Permission.VIEW_ARCHIVE_LOG)
@require_safe
def receipt(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One delivery with all that the archive has answered."""
    rows = Delivery.objects.visible_to(request.user).select_related("school", "folder")
    delivery = open_or_404(request, rows, uuid=uuid)
    [line] = lines_of(request, [delivery], fresh=is_fresh(request))
    attempts = list(delivery.attempts.all()[:50]) if line["shows_words"] else []
    context = {"delivery": delivery, "line": line, "attempts": attempts}
    return render(request, "archive/receipt.html", context)


@requires(Permission.RUN_ARCHIVE)
@require_POST
def run_now(request: HttpRequest) -> HttpResponse:
    """«Kjør nå», for the schools one may run."""
    run = actions.start_run(trigger=ArchiveRun.Trigger.MANUAL, by=user_of(request))
    taken = run.deliveries.count()
    if taken:
        text = ngettext("Overfører %(n)s dokument nå.", "Overfører %(n)s dokumenter nå.", taken) % {"n": taken}
        messages.success(request, text)
    else:
        messages.info(request, _("Ingen dokumenter venter på å bli overført."))
    return redirect("archive:log")


@requires(Permission.RUN_ARCHIVE)
@require_POST
def set_ready(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """«Sett til Klar» for one delivery."""
    rows = Delivery.objects.visible_to(request.user, Permission.RUN_ARCHIVE)
    delivery = open_or_404(request, rows, action="archive_set_ready", uuid=uuid)
    try:
        actions.set_ready(delivery, by=user_of(request))
    except actions.NotFailed:
        messages.info(request, _("Dokumentet er ikke lenger feilet."))
    except actions.StillFailing:
        messages.error(request, _("Forhåndskontrollen stopper fortsatt dokumentet. Se hva som gjenstår under."))
    else:
        messages.success(request, _("Dokumentet er satt til Klar og går med neste overføring."))
    return redirect("archive:receipt", uuid=uuid)


def kept_query(request: HttpRequest, *without: str) -> str:
    """The query string without some of its parts, for links that keep the rest."""
    query = request.GET.copy()
    for name in without:
        query.pop(name, None)
    return query.urlencode()
