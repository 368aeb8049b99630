"""Screens that put pupils in a group and take them out, several at once and by date."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from students.groups.actions import put_in, take_out
from students.groups.candidates import CandidateFilter, candidates
from students.groups.edit_forms import PutInForm, TakeOutForm
from students.groups.listing import groups_edited_by, places_not_ended
from students.groups.refusals import GroupError, first_open_day
from students.models import Group, Student

MOST_SHOWN = 150


@requires(Permission.EDIT_GROUPS)
def put(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Choose pupils and a first day, see what it means for each, and put them in."""
    group = open_or_404(request, groups_edited_by(request.user), uuid=uuid)
    everyone = candidates(group, request.user)
    if request.method != "POST":
        return choose(request, group, everyone, PutInForm(initial={"fra": first_open_day(group)}, students=()))
    asked = [pk for pk in request.POST.getlist("elever") if is_uuid(pk)]
    form = PutInForm(request.POST, students=everyone.filter(uuid__in=asked))
    if not form.is_valid():
        return choose(request, group, everyone, form)
    record_list(request.user, "list", form.chosen)
    days: dict[str, Any] = {"on": form.cleaned_data["fra"], "until": form.cleaned_data["til"]}
    save = "bekreft" in request.POST
    try:
        steps = put_in(group, form.chosen, by=request.user, is_trial=not save, **days)
    except GroupError as error:
        form.add_error(None, str(error))
        return choose(request, group, everyone, form)
    if refused := [step for step in steps if step.refusal]:
        return choose(request, group, everyone, form, refused=refused)
    if not save:
        return render(request, "students/groups/put_in_preview.html", {"group": group, "form": form, "steps": steps})
    done = ngettext("%(n)d elev er satt inn.", "%(n)d elever er satt inn.", len(steps)) % {"n": len(steps)}
    messages.success(request, done)
    return redirect("groups:group", group.uuid)


def choose(
    request: SignedInRequest, group: Group, everyone: QuerySet[Student], form: PutInForm, refused: Any = ()
) -> HttpResponse:
    """The list to choose from, narrowed by the filter in the address; what was ticked is kept."""
    found = CandidateFilter(request.GET, group=group)
    ticked = set(request.POST.getlist("elever"))
    rows = list(found.found(everyone)[: MOST_SHOWN + 1])
    record_list(request.user, "list", rows[:MOST_SHOWN])
    context = {
        "group": group,
        "form": form,
        "filter": found,
        "students": rows[:MOST_SHOWN],
        "is_cut": len(rows) > MOST_SHOWN,
        "ticked": ticked,
        "refused": refused,
    }
    failed = refused or form.errors
    return render(request, "students/groups/put_in.html", context, status=422 if failed else 200)


@requires(Permission.EDIT_GROUPS)
def out(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Choose pupils and a last day, see what ends, and take them out."""
    group = open_or_404(request, groups_edited_by(request.user), uuid=uuid)
    places = places_not_ended(group, request.user)
    form = TakeOutForm(request.POST or None, places=places, initial={"siste_dag": first_open_day(group)})
    record_list(request.user, "list", list({row.student_id: row.student for row in places}.values()))
    context = {"group": group, "form": form, "places": places, "ticked": set(request.POST.getlist("elever"))}
    if request.method != "POST" or not form.is_valid():
        return render(request, "students/groups/take_out.html", context, status=422 if form.errors else 200)
    if "bekreft" not in request.POST:
        return render(request, "students/groups/take_out_preview.html", context | {"chosen": form.chosen})
    try:
        take_out(group, form.chosen, by=request.user, last_day=form.cleaned_data["siste_dag"])
    except GroupError as error:
        form.add_error(None, str(error))
        return render(request, "students/groups/take_out.html", context, status=422)
    messages.success(request, _("Siste dag i gruppen er lagret."))
    return redirect("groups:group", group.uuid)


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
