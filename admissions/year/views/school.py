"""A school's own part of the plan: its page, its classes and groups, and its contact teachers."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accessctl.guards import requires, requires_any
from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from admissions.models import PlannedGroup, StepDone, YearDraft
from admissions.year import reading, totals
from admissions.year.board import broken_at, classes_of
from admissions.year.check import findings
from admissions.year.corrections import may_still_be_corrected
from admissions.year.decisions import (
    add_group,
    change_class,
    choose_groups,
    join_class,
)
from admissions.year.draft import Refused, subjects_not_taught
from admissions.year.forms import ClassForm, NewGroupForm
from admissions.year.steps import BY_NUMBER, CHECK, OF_SCHOOLS, REVIEW, check_may_plan, may_go_on, may_report
from admissions.year.views.common import READERS, done, draft_or_404, refused, right_of, school_or_404
from students.models import Group

CLASS = Group.Kind.HOME_CLASS
OTHER_KINDS = [kind for kind in Group.Kind if kind != CLASS]


@requires_any(*READERS)
@require_safe
def school(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """What the school plans for next year: its steps, its grades, and what becomes of this year's pupils."""
    draft, right = draft_or_404(), right_of(request.user)
    found = school_or_404(request, draft, uuid, right)
    line, grades, outcomes = reading.of_school(draft, found, request.user, right)
    context = {
        "draft": draft,
        "school": found,
        "line": line,
        "steps": [
            (BY_NUMBER[number], number in line.done, may_report(BY_NUMBER[number], found, request.user))
            for number in OF_SCHOOLS
        ],
        "is_reviewed": REVIEW in line.done,
        "may_go_on": CHECK not in line.done and may_go_on(CHECK, found, request.user),
        "gone_on": gone_on(draft, found) if CHECK in line.done else None,
        "broken": broken_at(draft, found, request.user),
        "findings": findings(draft, found) if draft.state == YearDraft.State.PLANNING else [],
        "grades": grades,
        "outcomes": totals.outcome_lines(outcomes),
        "may_plan": may_plan(draft, found, request),
        "may_move": may_move(draft, found, request),
        "may_review": request.user.holds(Permission.OPEN_YEAR),
    }
    return render(request, "admissions/year/school.html", context)


def gone_on(draft: YearDraft, found: School) -> StepDone | None:
    """Step 3 where the municipality went on without the head's word, with why."""
    return draft.steps.filter(school=found, number=CHECK).exclude(reason="").select_related("by").first()


def may_plan(draft: YearDraft, found: School, request: SignedInRequest) -> bool:
    return plans_for(draft, found, request) and draft.state == YearDraft.State.PLANNING


def may_move(draft: YearDraft, found: School, request: SignedInRequest) -> bool:
    """Whether the user may move pupils between classes: while the year is planned, and published until it begins."""
    is_open = draft.state == YearDraft.State.PLANNING or may_still_be_corrected(draft)
    return is_open and plans_for(draft, found, request)


def plans_for(draft: YearDraft, found: School, request: SignedInRequest) -> bool:
    try:
        check_may_plan(draft, found, request.user)
    except Refused:
        return False
    return True


@requires(Permission.PLAN_YEAR)
def classes(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Name, split, join and limit the classes of next year."""
    draft = draft_or_404()
    found = school_or_404(request, draft, uuid, Permission.PLAN_YEAR)
    groups = list(draft.groups.filter(school=found, kind=CLASS).order_by("grade_level", "name", "pk"))
    back = ("year:classes", found.uuid)
    new = NewGroupForm(request.POST if "ny" in request.POST else None, school=found, kinds=[CLASS])
    if request.method == "POST":
        try:
            if "ny" in request.POST:
                if new.is_valid():
                    made = add_group(draft, found, **new_group(new), by=request.user)
                    return done(request, _("%(name)s er lagt til.") % {"name": made.name}, *back)
            else:
                return done(request, changed_class(request, groups), *back)
        except Refused as refusal:
            return refused(request, refusal, *back)
    context = {
        "draft": draft,
        "school": found,
        "rows": [
            (group, [other for other in groups if other.grade_level == group.grade_level and other != group])
            for group in groups
        ],
        "form": new,
    }
    return render(request, "admissions/year/classes.html", context, status=422 if new.errors else 200)


def new_group(form: NewGroupForm) -> dict[str, Any]:
    chosen = form.cleaned_data
    subject = form.subjects.get(chosen.get("fag", ""))
    home_class = form.classes.get(chosen.get("klasse", ""))
    return {
        "kind": chosen["slag"],
        "name": chosen["navn"],
        "grade_level": chosen["trinn"],
        "subject": subject,
        "home_class": home_class,
    }


def changed_class(request: SignedInRequest, groups: list[PlannedGroup]) -> str:
    """Carry out what was asked about one class; returns what to say. Raises Refused, and Http404 for no such class."""
    by_uuid = {str(group.uuid): group for group in groups}
    group = by_uuid.get(request.POST.get("klasse", ""))
    if group is None:
        raise Http404
    if "fjern" in request.POST:
        into = by_uuid.get(request.POST.get("til", ""))
        join_class(group, into=into, by=request.user)
        if into:
            return _("%(name)s er slått sammen med %(other)s.") % {"name": group.name, "other": into.name}
        return _("%(name)s er fjernet. Elevene står uten klasse.") % {"name": group.name}
    form = ClassForm(request.POST)
    if not form.is_valid():
        raise Refused(" ".join(str(error) for errors in form.errors.values() for error in errors))
    chosen = form.cleaned_data
    change_class(group, name=chosen["navn"], size_limit=chosen["grense"], language=chosen["malform"], by=request.user)
    return _("%(name)s er lagret.") % {"name": group.name}


@requires(Permission.PLAN_YEAR)
def groups(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Choose which of the other groups go on, empty, and add new ones."""
    draft = draft_or_404()
    found = school_or_404(request, draft, uuid, Permission.PLAN_YEAR)
    rows = list(
        draft.groups.filter(school=found)
        .exclude(kind=CLASS)
        .select_related("subject")
        .order_by("kind", "grade_level", "name", "pk")
    )
    back = ("year:groups", found.uuid)
    new = NewGroupForm(
        request.POST if "ny" in request.POST else None,
        school=found,
        kinds=list(OTHER_KINDS),
        subjects=reading.subjects_for(draft, found),
        classes=classes_of(draft, found),
    )
    if request.method == "POST":
        try:
            if "ny" not in request.POST:
                ticked = set(request.POST.getlist("gruppe"))
                choose_groups(draft, found, chosen={g.pk for g in rows if str(g.uuid) in ticked}, by=request.user)
                return done(request, _("Gruppene er lagret."), *back)
            if new.is_valid():
                made = add_group(draft, found, **new_group(new), by=request.user)
                return done(request, _("%(name)s er lagt til.") % {"name": made.name}, *back)
        except Refused as refusal:
            return refused(request, refusal, *back)
    outdated = set(subjects_not_taught(draft).values_list("pk", flat=True))
    context = {
        "draft": draft,
        "school": found,
        "groups": [(group, group.subject_id in outdated) for group in rows],
        "form": new,
    }
    return render(request, "admissions/year/groups.html", context, status=422 if new.errors else 200)
