"""Tabs about one pupil: how the family is reached, which groups, and the way to the next one in the list."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.policy import may
from accessctl.requests import SignedInRequest
from people.display import PREFETCHED
from students.elsewhere.told import elsewhere_seen
from students.history import changes_of, enrolments_of
from students.models import Student
from students.pages import CAME_FROM, LONGEST_LIST, page_with_panels, pupil_page
from students.places import beside, memberships_of, memberships_seen
from students.tabs import tabs


@requires(Permission.VIEW_CONTACT)
@require_safe
def contact(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """How the pupil and the guardians are reached, as far as address protection lets it be told."""
    students = Student.objects.visible_to(request.user, Permission.VIEW_CONTACT).with_page_data()
    rows = students.select_related("person__contact").prefetch_related(*(f"person__{name}" for name in PREFETCHED))
    student = open_or_404(request, rows, uuid=uuid)
    return render(request, "students/contact.html", page_with_panels(request, student, "kontakt"))


@requires(Permission.VIEW_GROUPS)
@require_safe
def groups(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The groups the pupil is in, is to be in and has been in, with dates and those responsible today."""
    students = Student.objects.visible_to(request.user, Permission.VIEW_GROUPS).with_page_data()
    student = open_or_404(request, students, uuid=uuid)
    page = pupil_page(request, student, active="grupper", also=[Permission.SEE_ALL_YEARS, Permission.EDIT_PUPIL])
    places = memberships_of(student, user=request.user, all_years=Permission.SEE_ALL_YEARS in page["rights"])
    away = {
        "elsewhere": elsewhere_seen(student, user=request.user),
        "may_edit": Permission.EDIT_PUPIL in page["rights"],
    }
    return render(request, "students/groups_tab.html", page | away | {"places": places})


@requires(Permission.VIEW_GROUPS)
@require_safe
def history(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Schools, grade levels and groups by date, and the journal's lines about them."""
    students = Student.objects.visible_to(request.user, Permission.VIEW_GROUPS).with_page_data()
    student = open_or_404(request, students, uuid=uuid)
    page = pupil_page(request, student, active="historikk", also=[Permission.SEE_ALL_YEARS])
    all_years = Permission.SEE_ALL_YEARS in page["rights"]
    enrolments = enrolments_of(student, user=request.user, all_years=all_years)
    memberships = memberships_seen(student, user=request.user, all_years=all_years)
    away = elsewhere_seen(student, user=request.user)
    told = changes_of(student, user=request.user, enrolments=enrolments, memberships=memberships, elsewhere=away)
    context = page | {"all_years": all_years, "enrolments": enrolments, "memberships": memberships, "changes": told}
    context["elsewhere"] = away
    return render(request, "students/history_tab.html", context)


@requires(Permission.VIEW_PUPIL)
@require_safe
def step(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """On to the pupil before or after in the list one came from, on the same tab where one may open it."""
    student = open_or_404(request, Student.objects.visible_to(request.user).with_page_data(), action="list", uuid=uuid)
    came_from = request.GET.get(CAME_FROM, "")[:LONGEST_LIST]
    is_back = request.GET.get("til") == "forrige"
    other = beside(student, user=request.user, listed=QueryDict(came_from), is_back=is_back)
    if other is None:
        messages.info(
            request, _("Dette er den første eleven i listen.") if is_back else _("Dette er den siste eleven i listen.")
        )
        other = student
    record_list(request.user, "list", [other])
    tab = next((tab for tab in tabs() if tab.slug == request.GET.get("fane")), tabs()[0])
    url_name = tab.url_name if may(request.user, tab.permission, other) else "students:pupil"
    kept = f"?{urlencode({CAME_FROM: came_from})}" if came_from else ""
    return redirect(reverse(url_name, args=[other.uuid]) + kept)
