"""«Hvem kan se dette, og hvorfor?»"""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from students.forms import PupilName, WatcherFilter
from students.models import Student
from students.pages import pupil_page
from students.watchers import watchers_of

MOST_HITS = 25


@requires(Permission.VIEW_ACCESS)
@require_safe
def watchers(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Everyone who can open something about this pupil today, and on what ground."""
    visible = Student.objects.visible_to(request.user, Permission.VIEW_ACCESS).with_page_data()
    student = open_or_404(request, visible, uuid=uuid)
    everyone = watchers_of(student, asker=request.user)
    form = WatcherFilter(request.GET, areas=sorted({area for watcher in everyone for area in watcher.areas}))
    page = pupil_page(request, student, active="tilgang", also=[Permission.VIEW_PUPIL])
    context: dict[str, Any] = page | {
        "everyone": everyone,
        "newcomers": sum(watcher.newcomer is not None for watcher in everyone),
        "shown": form.left_of(everyone),
        "filter": form,
        "back_to_search": Permission.VIEW_PUPIL not in page["rights"],
    }
    return render(request, "students/watchers.html", context)


@requires(Permission.VIEW_ACCESS)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: SignedInRequest) -> HttpResponse:
    """Find a pupil by name, for those who watch over access without opening pupils' pages. The name stays out of the
    address.
    """
    form = PupilName(request.POST if request.method == "POST" else None)
    hits: list[Student] = []
    if form.is_bound and form.is_valid():
        hits = list(form.found(Student.objects.visible_to(request.user, Permission.VIEW_ACCESS))[: MOST_HITS + 1])
        record_list(request.user, "list", hits[:MOST_HITS])
    return render(
        request,
        "students/watchers_find.html",
        {"form": form, "hits": hits[:MOST_HITS], "more": len(hits) > MOST_HITS, "searched": form.is_bound},
    )
