"""The nine steps, and what the municipality does with the plan as a whole."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import record_list
from accessctl.guards import requires, requires_any
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from admissions.models import YearDraft, YearJob
from admissions.year import jobs, reading
from admissions.year.decisions import end_consents
from admissions.year.draft import Refused, open_draft, start_draft
from admissions.year.obstacles import built_on, obstacles, obstacles_to_turning
from admissions.year.steps import BY_NUMBER, finish, reopen, schools_planning
from admissions.year.views.common import READERS, done, draft_or_404, refused, right_of, school_or_404, uuid_of

PAGE_SIZE = 50
Kind = YearJob.Kind
ACTS = {
    "oppdater": Kind.FILL,
    "publiser": Kind.PUBLISH,
    "rull-tilbake": Kind.ROLL_BACK,
    "sett-inneverende": Kind.SET_CURRENT,
}


@requires_any(*READERS)
@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """The steps with what remains, the totals, and the schools one plans for."""
    draft = open_draft()
    if draft is None:
        return render(request, "admissions/year/none.html", {"may_open": request.user.holds(Permission.OPEN_YEAR)})
    right = right_of(request.user)
    schools = list(schools_planning(draft, request.user, right))
    page = Paginator(schools, PAGE_SIZE).get_page(request.GET.get("side"))
    may_open = request.user.holds(Permission.OPEN_YEAR)
    context: dict[str, Any] = {
        "draft": draft,
        "page": page,
        "only": schools[0] if len(schools) == 1 else None,
        "may_open": may_open,
        "job": jobs.latest(draft),
        "kept": "",
    }
    context |= reading.steps_and_totals(draft, schools, list(page), request.user, right)
    return render(request, "admissions/year/overview.html", context)


@requires(Permission.OPEN_YEAR)
@require_POST
def start(request: SignedInRequest) -> HttpResponse:
    try:
        draft = start_draft(by=request.user)
        jobs.ask(draft, Kind.FILL, by=request.user)
    except Refused as refusal:
        return refused(request, refusal, "year:overview")
    return redirect("year:overview")


@requires(Permission.OPEN_YEAR)
def act(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show what would happen and what is missing, and then order it."""
    draft, kind = draft_or_404(), ACTS.get(slug)
    if kind is None:
        return redirect("year:overview")
    if request.method == "POST":
        try:
            if kind == Kind.SET_CURRENT:
                end_consents(draft, ends="samtykker" in request.POST, by=request.user)
            jobs.ask(draft, kind, by=request.user)
        except Refused as refusal:
            return refused(request, refusal, "year:overview")
        return redirect("year:overview")
    counted = reading.sums_and_rows(draft) if kind == Kind.PUBLISH else reading.sums(draft) | {"written": None}
    context = {"draft": draft, "slug": slug, "kind": kind, "missing": missing(draft, kind)} | counted
    return render(request, "admissions/year/act.html", context)


def missing(draft: YearDraft, kind: YearJob.Kind) -> list[str]:
    """Why it can not be done now, in sentences."""
    is_published = draft.state == YearDraft.State.PUBLISHED
    match kind:
        case Kind.PUBLISH:
            return [_("Skoleåret er allerede publisert.")] if is_published else obstacles(draft)
        case Kind.SET_CURRENT:
            if not is_published:
                return [_("Skoleåret må publiseres før det kan settes til inneværende.")]
            return obstacles_to_turning(draft)
        case Kind.ROLL_BACK if not is_published:
            return [_("Skoleåret er ikke publisert, så det er ingenting å rulle tilbake.")]
        case Kind.ROLL_BACK:
            return built_on(draft)
        case Kind.FILL if is_published:
            return [_("Skoleåret er publisert. Det må rulles tilbake før planen kan endres.")]
    return []


@requires_any(*READERS)
@require_safe
def progress(request: SignedInRequest) -> HttpResponse:
    """How far the work on the plan has come, as the part of the page that asks again by itself."""
    draft = open_draft()
    job = jobs.latest(draft) if draft else None
    response = render(request, "admissions/year/progress.html", {"job": job, "asked": True} | told(job))
    if job is None or job.ended_at:
        response.headers["HX-Refresh"] = "true"
    return response


def told(job: YearJob | None) -> dict[str, int]:
    parts, of = jobs.progress(job) if job else (0, 1)
    return {"parts": parts, "of": of}


@requires(Permission.PLAN_YEAR)
@require_POST
def step(request: SignedInRequest, number: int) -> HttpResponse:
    """Say that a step is done, or that it is not after all."""
    draft = draft_or_404()
    known = BY_NUMBER.get(number)
    if known is None:
        return redirect("year:overview")
    if not request.user.holds(known.permission):
        raise PermissionDenied
    school = None
    back: tuple[Any, ...] = ("year:overview",)
    if request.POST.get("skole"):
        school = school_or_404(request, draft, uuid_of(request.POST["skole"]), Permission.PLAN_YEAR)
        back = ("year:school", school.uuid)
    change = reopen if "gjenapne" in request.POST else finish
    why = {"reason": request.POST.get("begrunnelse", "")} if change is finish else {}
    try:
        change(draft, number, by=request.user, school=school, **why)
    except Refused as refusal:
        return refused(request, refusal, *back)
    if change is reopen:
        return done(request, _("Steg %(n)s er åpnet igjen.") % {"n": number}, *back)
    return done(request, _("Steg %(n)s er meldt ferdig.") % {"n": number}, *back)


@requires_any(*READERS)
@require_safe
def exceptions(request: SignedInRequest) -> HttpResponse:
    """Everybody who does not simply follow the rule, and those without a school. Those shown are logged."""
    draft = draft_or_404()
    page, places = reading.exceptions_page(draft, request.user, right_of(request.user), request.GET.get("side"))
    record_list(request.user, "list", [place.student for place in places])
    context = {
        "draft": draft,
        "page": page,
        "places": places,
        "kept": "",
        "may_decide": request.user.holds(Permission.PLAN_YEAR),
    }
    return render(request, "admissions/year/exceptions.html", context)
