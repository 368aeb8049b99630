"""What the municipality sets up: information, receiving schools, the schools of those who begin, and single pupils."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl.audit import record_list
from accessctl.guards import requires
from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from admissions.models import PlannedPlace
from admissions.year import reading, rules
from admissions.year.decisions import decide, distribute, set_information, set_route
from admissions.year.draft import Refused
from admissions.year.exceptions import take_out
from admissions.year.forms import DecisionForm, InformationForm
from admissions.year.steps import INFORM, finish
from admissions.year.views.common import done, draft_or_404, refused, uuid_of
from schoolapp.lib.whole_number import whole

PAGE_SIZE = 50


@requires(Permission.OPEN_YEAR)
def information(request: SignedInRequest) -> HttpResponse:
    """Write what the schools are told; it stands on their page of the new school year."""
    draft = draft_or_404()
    form = InformationForm(request.POST or None, initial={"tekst": draft.information})
    if request.method == "POST" and form.is_valid():
        set_information(draft, form.cleaned_data["tekst"], by=request.user)
        try:
            finish(draft, INFORM, by=request.user)
        except Refused as refusal:
            return refused(request, refusal, "year:information")
        return done(request, _("Skolene er informert. Teksten står på siden deres for nytt skoleår."), "year:overview")
    context = {"draft": draft, "form": form}
    return render(request, "admissions/year/information.html", context, status=422 if form.errors else 200)


@requires(Permission.OPEN_YEAR)
def routes(request: SignedInRequest) -> HttpResponse:
    """Each school's receiving school and postal codes, saved school by school or all of a page at once."""
    draft = draft_or_404()
    page = Paginator(reading.routes(), PAGE_SIZE).get_page(request.GET.get("side"))
    schools = list(School.objects.all())
    if request.method == "POST":
        by_uuid = {str(school.uuid): school for school in schools}
        try:
            for route in page:
                key = str(route.school.uuid)
                if f"mottar-{key}" in request.POST or f"koder-{key}" in request.POST:
                    codes = request.POST.get(f"koder-{key}", "").replace(",", " ").split()
                    receiving = by_uuid.get(request.POST.get(f"mottar-{key}", ""))
                    set_route(route, receiving=receiving, postal_codes=codes, by=request.user)
        except Refused as refusal:
            return refused(request, refusal, "year:routes")
        return done(request, _("Lagret. Velg «Oppdater planen» for å bruke det på elevene."), "year:overview")
    context = {
        "draft": draft,
        "page": page,
        "receivers": [school for school in schools if rules.GRADES[school.kind][-1] == rules.LAST_GRADE],
        "kept": "",
    }
    return render(request, "admissions/year/routes.html", context)


@requires(Permission.OPEN_YEAR)
def beginners(request: SignedInRequest) -> HttpResponse:
    """Those who begin, and others without a school: the school proposed, and room to choose another."""
    draft = draft_or_404()
    shows_all = request.GET.get("vis") == "alle"
    schools = list(School.objects.all())
    page, places = reading.beginners_page(draft, request.user, request.GET.get("side"), shows_all=shows_all)
    if request.method == "POST":
        try:
            count = distribute(chosen(request, places, schools), by=request.user)
        except Refused as refusal:
            return refused(request, refusal, "year:beginners")
        text = ngettext("Lagret for %(n)s elev.", "Lagret for %(n)s elever.", count) % {"n": count}
        return done(request, text, "year:beginners")
    record_list(request.user, "list", [place.student for place in places])
    codes = reading.codes_where_they_live(places)
    options = {grade: [school for school in schools if grade in rules.GRADES[school.kind]] for grade in range(1, 11)}
    context = {
        "draft": draft,
        "page": page,
        "rows": [(place, options.get(place.grade_level or 1, []), codes.get(place.student_id)) for place in places],
        "shows_all": shows_all,
        "kept": "vis=alle" if shows_all else "",
    }
    return render(request, "admissions/year/beginners.html", context)


def chosen(
    request: SignedInRequest, places: list[PlannedPlace], schools: list[School]
) -> list[tuple[PlannedPlace, School | None]]:
    """The schools chosen for those on the page, with the version that was shown."""
    by_uuid = {str(school.uuid): school for school in schools}
    found = []
    for place in places:
        if f"skole-{place.uuid}" in request.POST and place.outcome != rules.Outcome.POSTPONE:
            shown = request.POST.get(f"versjon-{place.uuid}", "")
            place.version = whole(shown, otherwise=0)
            found.append((place, by_uuid.get(request.POST[f"skole-{place.uuid}"])))
    return found


@requires(Permission.PLAN_YEAR)
def pupil(request: SignedInRequest) -> HttpResponse:
    """Decide where one pupil goes next year; who it is stands in the address as ?elev=."""
    draft = draft_or_404()
    place = reading.place_of(draft, request.user, uuid_of(request.GET.get("elev")))
    if place is None:
        raise Http404
    record_list(request.user, "open", [place.student])
    form = DecisionForm(request.POST or None, place=place, may_move=request.user.holds(Permission.OPEN_YEAR))
    if request.method == "POST" and "ta-ut" in request.POST:
        try:
            take_out(place, by=request.user)
        except Refused as refusal:
            return refused(request, refusal, "year:exceptions")
        return done(request, _("Barnet er tatt ut av planen."), "year:exceptions")
    if request.method == "POST" and form.is_valid():
        try:
            decide(place, by=request.user, **form.decision)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            if place.from_school_id and request.user.holds(Permission.PLAN_YEAR):
                return done(request, _("Avgjørelsen er lagret."), "year:exceptions")
            return redirect("year:overview")
    context = {"draft": draft, "place": place, "form": form}
    return render(request, "admissions/year/pupil.html", context, status=422 if form.errors else 200)
