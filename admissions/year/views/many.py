"""Choosing a school for many pupils at once: how many it concerns is shown before anything is done."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from admissions.models import YearDraft
from admissions.year.draft import Refused
from admissions.year.many import counted, distribute_many
from admissions.year.many_form import ManyForm
from admissions.year.rules import GRADES
from admissions.year.views.common import done, draft_or_404, refused


@requires(Permission.OPEN_YEAR)
def many(request: SignedInRequest) -> HttpResponse:
    """The choice stands in the address; the answer carries how many were told of."""
    draft = draft_or_404()
    form = ManyForm(request.GET if "skole" in request.GET else None)
    context: dict[str, Any] = {"draft": draft, "form": form}
    if form.is_bound and form.is_valid():
        if request.method == "POST" and draft.state == YearDraft.State.PLANNING:
            return carried_out(request, draft, form)
        context |= {"found": counted(draft, form.choice, request.user), "choice": form.choice}
        if form.choice.to and 1 not in (grades := GRADES[form.choice.to.kind]):
            context |= {"none_of_grade": True, "grades": f"{grades[0]}.–{grades[-1]}"}
    return render(request, "admissions/year/many.html", context, status=422 if form.errors else 200)


def carried_out(request: SignedInRequest, draft: YearDraft, form: ManyForm) -> HttpResponse:
    shown = request.POST.get("antall", "")
    try:
        count = distribute_many(
            draft, form.choice, shown=int(shown) if shown.isdecimal() and len(shown) < 9 else -1, by=request.user
        )
    except Refused as refusal:
        return refused(request, refusal, request.get_full_path())
    text = ngettext("Lagret for %(n)s elev.", "Lagret for %(n)s elever.", count) % {"n": count}
    return done(request, text, "year:beginners")
