"""What waits for a decision after runs of the population register, and merging two rows of one person."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accessctl.guards import requires
from accessctl.models import SamePerson
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from guardians.actions import RelationError
from guardians.models import RegisterFinding
from guardians.register import lists
from guardians.register.decisions import DecisionError, decide
from guardians.register.forms import FindingFilter, MergeForm
from guardians.register.merge import MergeError, merge, undo
from guardians.register.reading import (
    MOST_AT_ONCE,
    chosen_findings,
    everywhere,
    found_page,
    merge_or_404,
    merges_seen,
    pair_or_404,
    rows_to_decide,
)
from people.actions import ProtectionError
from people.apart import OwnCase
from students.actions import PlacementError

IMPORT = Permission.IMPORT_REGISTER
REFUSALS = (DecisionError, MergeError, OwnCase, PlacementError, ProtectionError, RelationError)
DECIDED = sorted(lists.DECIDED, key=list(RegisterFinding.Kind).index)


@requires(IMPORT)
def waiting(request: SignedInRequest) -> HttpResponse:
    """What waits over all runs, one kind at a time, with what each answer would do."""
    counts = {row["slug"]: row["n"] for row in lists.waiting_counts()} if everywhere(request) else {}
    kinds = [{"slug": kind.value, "label": kind.label, "n": counts.get(kind, 0)} for kind in DECIDED]
    first = next((kind["slug"] for kind in kinds if kind["n"]), kinds[0]["slug"])
    chosen = request.GET.get("hva", "")
    kind = chosen if chosen in {k["slug"] for k in kinds} else first
    form = FindingFilter(request.GET)
    page, rows = found_page(request, run=None, kind=kind, name=form.chosen()["name"])
    context = {
        "kinds": kinds,
        "kind": kind,
        "kind_label": next(k["label"] for k in kinds if k["slug"] == kind),
        "filter": form,
        "page": page,
        "rows": rows,
        "kept": form.kept(hva=kind),
        "next": request.get_full_path(),
        "decides": any(row.may_decide for row in rows) and kind != "duplicate",
        "effect": rows[0].effect if rows else None,
    }
    return render(request, "guardians/register/waiting.html", context)


@requires(IMPORT)
@require_POST
def decide_many(request: SignedInRequest) -> HttpResponse:
    """Show what the answer would do for those chosen; do it when that has been confirmed."""
    back = way_back(request)
    approve = request.POST.get("svar") == "godkjenn"
    found = chosen_findings(request, uuids(request.POST.getlist("valgt")))
    if not found:
        messages.error(request, _("Velg minst én som ikke er avgjort."))
        return redirect(back)
    if request.POST.get("bekreftet"):
        return do_decide(request, found, approve=approve, back=back)
    shown = rows_to_decide(request, found)
    context = {"rows": shown, "approve": approve, "back": back, "left_out": len(found) - len(shown)}
    return render(request, "guardians/register/decide.html", context)


def do_decide(request: SignedInRequest, found: list[RegisterFinding], *, approve: bool, back: str) -> HttpResponse:
    """Each by itself, so that one that is refused stops none of the others; why is told once for each reason."""
    done, refused = 0, dict[str, int]()
    for finding in found:
        try:
            decide(finding, approve=approve, reason=request.POST.get("reason", "")[:300], by=request.user)
            done += 1
        except REFUSALS as error:
            refused[str(error)] = refused.get(str(error), 0) + 1
        except SamePerson:
            text = _("Du kan ikke godkjenne ditt eget forslag. Be en kollega om det.")
            refused[text] = refused.get(text, 0) + 1
    if done:
        text = ngettext("Én er avgjort.", "%(n)d er avgjort.", done) % {"n": done}
        messages.success(request, text)
    for reason, number in refused.items():
        messages.error(request, f"{number} × {reason}")
    return redirect(back)


def uuids(values: list[str]) -> list[UUID]:
    found = []
    for value in values[:MOST_AT_ONCE]:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found


def way_back(request: SignedInRequest) -> str:
    to = request.POST.get("tilbake", "")
    is_ours = url_has_allowed_host_and_scheme(to, allowed_hosts=None) and to.startswith("/folkeregisteret/")
    return to if is_ours else reverse("guardians:register_waiting")


@requires(IMPORT)
def merge_page(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Two rows side by side, what merging would move, and which of them stays (`behold=andre` keeps the other)."""
    asked = request.POST if request.method == "POST" else request.GET
    pair = pair_or_404(request, uuid, keeps_other=asked.get("behold") == "andre")
    form = MergeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            merge(pair.kept, pair.gone, strictest=form.cleaned_data["strictest"], by=request.user)
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("De to er slått sammen. Du kan angre nedenfor."))
            return redirect("guardians:register_merges")
    context: dict[str, Any] = {
        **vars(pair), "form": form, "other_way": asked.get("behold") != "andre"
    }  # fmt: skip
    return render(request, "guardians/register/merge.html", context, status=422 if form.errors else 200)


@requires(IMPORT)
def merges(request: SignedInRequest) -> HttpResponse:
    """The last merges, each with the way to undo it."""
    return render(request, "guardians/register/merges.html", {"rows": merges_seen(request)})


@requires(IMPORT)
@require_POST
def undo_merge(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    done = merge_or_404(request, uuid)
    try:
        undo(done, by=request.user)
    except REFUSALS as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Sammenslåingen er angret. Alt er som før."))
    return redirect("guardians:register_merges")
