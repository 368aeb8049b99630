"""Skolemapper for each year, elevmapper to close, and the pre-flight of what waits."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.permissions import Permission
from archive import folder_actions, folders, preflight
from archive.forms import SchoolFolderForm
from archive.models import Delivery, SchoolFolder
from archive.sensitive import kinds_of_sensitive
from archive.views.lines import user_of, valid_uuids
from archive.views.owners import schools_of
from schoolapp.lib import clock
from schoolapp.lib.paging import LongPaginator

PAGE_SIZE = 50


def chosen_year(request: HttpRequest) -> int:
    """The year asked for, within reason; otherwise the present one."""
    now = clock.school_year_start(clock.today()).year
    text = str(request.GET.get("ar") or request.POST.get("ar") or "")
    year = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else now
    return year if now - 10 <= year <= now + 1 else now


@requires(Permission.EDIT_ARCHIVE_SETTINGS)
@require_safe
def folder_list(request: HttpRequest) -> HttpResponse:
    """All schools for one year, with what is missing."""
    year, now = chosen_year(request), clock.school_year_start(clock.today()).year
    rows = folders.of_year(schools_of(request), year)
    context = {
        "rows": rows,
        "year": year,
        "years": [(y, f"{y}/{y + 1}", y == year) for y in (now - 1, now, now + 1)],
        "without": sum(row.folder is None for row in rows),
        "incomplete": sum(bool(row.missing) for row in rows),
    }
    return render(request, "archive/folders.html", context)


@requires(Permission.EDIT_ARCHIVE_SETTINGS)
@require_POST
def open_folders(request: HttpRequest) -> HttpResponse:
    """«Opprett skolemappe» for one school, or for all that lack one."""
    year = chosen_year(request)
    if request.POST.get("ar") != str(year):
        messages.error(request, _("Velg skoleåret på nytt. Ingen mapper er opprettet."))
        return redirect("archive:folders")
    schools = schools_of(request).exclude(school_folders__year=year)
    if one := request.POST.get("skole"):
        schools = schools.filter(uuid__in=valid_uuids([one]))
    made = [folder_actions.open_school_folder(school, year=year, by=user_of(request)) for school in schools]
    text = ngettext("%(n)s skolemappe er opprettet.", "%(n)s skolemapper er opprettet.", len(made)) % {"n": len(made)}
    messages.success(request, text)
    return redirect(f"{reverse('archive:folders')}?ar={year}")


def folders_of(request: HttpRequest) -> QuerySet[SchoolFolder]:
    return SchoolFolder.objects.visible_to(user_of(request)).select_related("school")


@requires(Permission.EDIT_ARCHIVE_SETTINGS)
def folder(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One school folder: what the archive is told about it, its number, and closing it."""
    shown = open_or_404(request, folders_of(request), uuid=uuid)
    form = SchoolFolderForm(request.POST or None, instance=shown)
    if request.method == "POST" and form.is_valid():
        try:
            folder_actions.change_school_folder(form.save(commit=False), by=user_of(request))
        except folder_actions.NumberTaken:
            form.add_error("sequence_number", _("En annen mappe har dette nummeret. Sjekk nummeret i arkivet."))
        except folder_actions.AlreadyInArchive:
            form.add_error("sequence_number", _("Arkivet har gitt mappen nummer. Det kan ikke skrives over."))
        else:
            messages.success(request, _("Skolemappen er lagret."))
            return redirect(f"{reverse('archive:folders')}?ar={shown.year}")
    return render(request, "archive/folder.html", {"folder": shown, "form": form})


@requires(Permission.EDIT_ARCHIVE_SETTINGS)
@require_POST
def close_folder(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """«Avslutt skolemappe»; what is not archived is named, and nothing is closed."""
    shown = open_or_404(request, folders_of(request), uuid=uuid)
    try:
        folder_actions.close_school_folder(shown, by=user_of(request))
    except folder_actions.NotEmpty as error:
        text = _("Mappen kan ikke avsluttes ennå. Dette er ikke arkivert: %(titles)s.")
        messages.error(request, text % {"titles": ", ".join(error.titles)})
        return redirect("archive:folder", uuid=uuid)
    messages.success(request, _("Skolemappen er avsluttet her. Avslutt den også i arkivet."))
    return redirect(f"{reverse('archive:folders')}?ar={shown.year}")


@requires(Permission.EDIT_ARCHIVE_SETTINGS)
@require_POST
def reopen_folder(request: HttpRequest, uuid: UUID) -> HttpResponse:
    shown = open_or_404(request, folders_of(request), uuid=uuid)
    folder_actions.reopen_school_folder(shown, by=user_of(request))
    messages.success(request, _("Skolemappen er åpnet igjen."))
    return redirect("archive:folder", uuid=uuid)


@requires(Permission.RUN_ARCHIVE)
def pupil_folders(request: HttpRequest) -> HttpResponse:
    """Folders of pupils who have left: to close, and those closed."""
    user = user_of(request)
    if request.method == "POST":
        change_pupil_folder(request)
        return redirect("archive:pupil_folders")
    shown, closed = folders.of_leavers(user)[:200], folders.of_leavers(user, closed=True)[:50]
    record_list(user, "list", [each.student for each in (*shown, *closed)])
    return render(request, "archive/pupil_folders.html", {"rows": shown, "closed": closed})


def change_pupil_folder(request: HttpRequest) -> None:
    """Close or reopen the folder of the pupil named in the form; one out of reach does not exist."""
    user, pupils = user_of(request), valid_uuids([request.POST.get("elev", "")])
    found = folders.leaver(user, pupils[0]) if pupils else None
    if found is None:
        messages.error(request, _("Mappen finnes ikke lenger i listen."))
    elif request.POST.get("igjen"):
        folder_actions.reopen_pupil_folder(found, by=user)
        messages.success(request, _("Elevmappen er åpnet igjen."))
    else:
        try:
            folder_actions.close_pupil_folder(found, by=user)
            messages.success(request, _("Elevmappen er avsluttet her. Avslutt den også i arkivet."))
        except folder_actions.NotEmpty:
            messages.error(request, _("Noe i mappen er ikke arkivert ennå. Se arkivlisten, og avslutt etterpå."))


@requires(Permission.VIEW_ARCHIVE_LOG)
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """«Forhåndskontroll»: what waits, and whether it would get through now."""
    rows = Delivery.objects.visible_to(request.user).filter(state=Delivery.State.READY, run=None)
    rows = rows.select_related("school", "folder").order_by("school__name", "created_at", "pk")
    page = LongPaginator(rows, PAGE_SIZE).get_page(request.GET.get("side"))
    shown = list(page)
    record_list(request.user, "list", shown)
    problems, kinds = preflight.check_waiting(shown), kinds_of_sensitive(shown)
    lines = [
        {
            "delivery": row,
            "title": kinds.get(row.pk, row.title),
            "problems": [
                {"sentence": each.sentence, "url": each.url(row.school), "action": each.action}
                for each in problems.get(row.pk, [])
            ],
        }
        for row in shown
    ]
    stopped = sum(bool(line["problems"]) for line in lines)
    return render(request, "archive/waiting.html", {"page": page, "lines": lines, "stopped": stopped, "kept": ""})
