"""Rapporter → Arkiv: what is waiting, what has arrived, what failed and what to do about it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.login.level import is_fresh
from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from archive import actions, log
from archive.advice import advice_for
from archive.forms import LogFilter
from archive.models import ArchiveRun, Delivery
from archive.sensitive import kinds_of_sensitive
from schoolapp.lib.paging import LongPaginator

PAGE_SIZE = 50
MOST_AT_ONCE = 500


@requires(Permission.VIEW_ARCHIVE_LOG)
@require_safe
def archive_log(request: HttpRequest) -> HttpResponse:
    """The log of the schools one reaches. What is shown is logged."""
    pane = request.GET.get("fane", "klar")
    pane = pane if pane in log.PANES else "klar"
    visible = Delivery.objects.visible_to(request.user)
    form = LogFilter(request.GET, schools=School.objects.visible_to(request.user, Permission.VIEW_ARCHIVE_LOG))
    rows = form.applied_to(visible)
    found = log.in_pane(rows, pane).select_related("school", "folder")
    pages = LongPaginator(found, PAGE_SIZE)
    page = pages.get_page(request.GET.get("side"))
    record_list(request.user, "list", list(page))
    context = {
        "filter": form,
        "pane": pane,
        "panes": log.panes(rows, pane, pages.counted),
        "page": page,
        "lines": lines_of(request, list(page)),
        "headline": log.headline(visible),
        "shared": log.same_cause(rows) if pane == "feilet" and may(request, Permission.RUN_ARCHIVE) else [],
        "kept": kept_query(request, "side"),
        "kept_filter": kept_query(request, "side", "fane"),
        "shows_school": "skole" in form.fields,
        "may_run": may(request, Permission.RUN_ARCHIVE),
        "may_edit": may(request, Permission.EDIT_ARCHIVE_SETTINGS),
    }
    return render(request, "archive/log.html", context)


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
    else:
        messages.success(request, _("Dokumentet er satt til Klar og går med neste overføring."))
    return redirect("archive:receipt", uuid=uuid)


@requires(Permission.RUN_ARCHIVE)
@require_POST
def set_ready_many(request: HttpRequest) -> HttpResponse:
    """«Sett til Klar» for those ticked, or for all with the same cause. Those out of reach are left alone."""
    rows = Delivery.objects.visible_to(request.user, Permission.RUN_ARCHIVE).filter(state=Delivery.State.PARKED)
    cause = request.POST.get("arsak")
    if cause is not None:
        rows = rows.none() if "\x00" in cause else rows.filter(failure_text=cause)
    else:
        rows = rows.filter(uuid__in=valid_uuids(request.POST.getlist("valgt")))
    changed = 0
    for delivery in rows.exclude(failure=Delivery.Failure.CHANGED)[:MOST_AT_ONCE]:
        actions.set_ready(delivery, by=user_of(request))
        changed += 1
    if changed:
        text = ngettext("%(n)s dokument er satt til Klar.", "%(n)s dokumenter er satt til Klar.", changed)
        messages.success(request, text % {"n": changed})
    else:
        messages.warning(request, _("Velg minst ett dokument som har feilet."))
    return redirect(f"{reverse('archive:log')}?fane={'klar' if changed else 'feilet'}")


def lines_of(request: HttpRequest, rows: list[Delivery], *, fresh: bool = False) -> list[dict[str, object]]:
    """Deliveries with what the reader can do about each.

    Of a sensitive one the title is its kind, and the archive's own words, which may quote it, take a fresh login.
    """
    run = scope_of(request.user).reach(Permission.RUN_ARCHIVE)
    may_edit = may(request, Permission.EDIT_ARCHIVE_SETTINGS)
    kinds = kinds_of_sensitive(rows)
    return [
        {
            "delivery": row,
            "title": kinds.get(row.pk, row.title),
            "is_sensitive": row.pk in kinds,
            "shows_words": (shows_words := fresh or row.pk not in kinds),
            "advice": advice_for(row, may_edit_settings=may_edit, with_words=shows_words)
            if row.state == Delivery.State.PARKED
            else None,
            "may_run": run.covers_school(row.school_id),
            "may_retry": run.covers_school(row.school_id) and row.failure != Delivery.Failure.CHANGED,
        }
        for row in rows
    ]


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def may(request: HttpRequest, permission: Permission) -> bool:
    return scope_of(request.user).holds(permission)


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
