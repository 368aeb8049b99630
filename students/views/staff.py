"""Screens about pupils, for staff."""

from uuid import UUID

from django.core.paginator import Page
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from people.display import PREFETCHED
from students.lists.listing import Listing, Row
from students.lists.past import looking_back, sees_the_departed
from students.lists.registry import actions_for, sheets_for
from students.models import SavedView, Student
from students.pages import overview_page

# How many saved views stand above the list; the rest are a click away.
MOST_VIEWS_ABOVE = 5


@requires(Permission.VIEW_PUPIL)
@require_safe
def pupil_list(request: SignedInRequest) -> HttpResponse:
    """The pupils one reaches, filtered, sorted and with the columns the address says. What is shown is logged."""
    listing = Listing(request.user, request.GET)

    def read() -> "tuple[Page[Student], list[Student], list[Row]]":
        page, students = listing.read(request.GET.get("side"))
        return page, students, listing.rows(students)

    page, students, rows = looking_back(request.user, listing.filter, read)
    record_list(request.user, "list", students)
    group = listing.filter.one_group
    views = list(SavedView.objects.visible_to(request.user).own_first()[: MOST_VIEWS_ABOVE + 1])
    context = {
        "listing": listing,
        "filter": listing.filter,
        "page": page,
        "rows": rows,
        "actions": actions_for(request.user),
        "saved_views": views[:MOST_VIEWS_ABOVE],
        "has_more_views": len(views) > MOST_VIEWS_ABOVE,
        "leaves_out_departed": listing.filter.day and not sees_the_departed(request.user),
        "kept": kept_query(request),
        "sheet_group": group,
        "sheets": sheets_for(request.user, group) if group else [],
    }
    return render(request, "students/list.html", context)


@requires(Permission.VIEW_PUPIL)
@require_safe
def pupil(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The overview of one pupil."""
    students = Student.objects.visible_to(request.user).with_page_data().select_related("person__contact")
    student = open_or_404(request, students.prefetch_related(*(f"person__{name}" for name in PREFETCHED)), uuid=uuid)
    return render(request, "students/overview.html", overview_page(request, student))


def kept_query(request: SignedInRequest) -> str:
    """The filter as a query string without the page number, for the links between pages."""
    query = request.GET.copy()
    query.pop("side", None)
    return query.urlencode()
