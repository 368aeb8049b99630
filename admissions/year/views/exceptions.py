"""Decisions that make exceptions: to begin at school early, and SFO after grade 4."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from admissions.year import reading, rules
from admissions.year.draft import Refused
from admissions.year.exceptions import begin_early, found_by_name, keep_in_sfo, may_begin_early
from admissions.year.forms import EarlyForm
from admissions.year.views.common import done, draft_or_404, refused, school_or_404, uuid_of
from admissions.year.views.school import may_plan
from schoolapp.lib.whole_number import whole

PAGE_SIZE = 25


@requires(Permission.OPEN_YEAR)
def early(request: SignedInRequest) -> HttpResponse:
    """Find a child who may begin a year early, and take it into the plan; who it is stands in the address as ?barn=."""
    draft = draft_or_404()
    rows = may_begin_early(draft, request.user)
    context: dict[str, Any] = {"draft": draft}
    if "barn" not in request.GET:
        text = request.GET.get("sok", "").strip()
        page = Paginator(found_by_name(rows, text) if text else rows.none(), PAGE_SIZE).get_page(
            request.GET.get("side")
        )
        record_list(request.user, "list", list(page))
        return render(
            request,
            "admissions/year/early.html",
            context | {"page": page, "text": text, "kept": urlencode({"sok": text})},
        )
    child = open_or_404(request, rows, uuid=uuid_of(request.GET["barn"]))
    schools = [school for school in School.objects.order_by("name") if 1 in rules.GRADES[school.kind]]
    form = EarlyForm(request.POST or None, schools=schools)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            begin_early(
                draft,
                child,
                school=form.schools[chosen["skole"]],
                reason=chosen["grunnlag"],
                has_assessment=chosen["sakkyndig"],
                has_consent=chosen["samtykke"],
                by=request.user,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return done(
                request, _("%(who)s begynner tidlig på skolen.") % {"who": child.person.full_name}, "year:exceptions"
            )
    context |= {"child": child, "form": form}
    return render(request, "admissions/year/early_child.html", context, status=422 if form.errors else 200)


@requires(Permission.PLAN_YEAR)
def sfo(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Pupils whose place in SFO ends with grade 4, and who goes on by decision. Those shown are logged."""
    draft = draft_or_404()
    school = school_or_404(request, draft, uuid, Permission.PLAN_YEAR)
    page, places = reading.sfo_page(draft, school, request.user, request.GET.get("side"))
    if request.method == "POST":
        back = ("year:sfo", school.uuid)
        place = next((place for place in places if str(place.uuid) == request.POST.get("elev")), None)
        if place is None and request.POST.get("elev"):
            raise Http404
        if place is None:
            return refused(request, Refused(_("Velg en elev.")), *back)
        version = request.POST.get("versjon", "")
        try:
            keep_in_sfo(
                place,
                reason=request.POST.get("vedtak", ""),
                version=whole(version, otherwise=0),
                by=request.user,
            )
        except Refused as refusal:
            return refused(request, refusal, *back)
        return done(request, _("Lagret for %(who)s.") % {"who": place.student.person.full_name}, *back)
    record_list(request.user, "list", [place.student for place in places])
    context = {
        "draft": draft,
        "school": school,
        "page": page,
        "places": places,
        "may_plan": may_plan(draft, school, request),
        "kept": "",
    }
    return render(request, "admissions/year/sfo.html", context)
