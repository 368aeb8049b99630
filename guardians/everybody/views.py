"""The screen of the search over all persons. What is asked for is in the body of the request, never in an address."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from guardians.everybody.forms import EverybodyForm
from guardians.everybody.found import MOST, found, log
from students.models import Student

ON_A_PAGE = 20


@requires(Permission.ADVANCED_SEARCH)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: SignedInRequest) -> HttpResponse:
    """Find anybody on record by name, birth date, number, address or contact details, for a reason that is logged."""
    form = EverybodyForm(request.POST or None)
    context: dict[str, object] = {"form": form, "most": MOST}
    if form.is_valid():
        number = page_number(request.POST.get("side", ""))
        start = (number - 1) * ON_A_PAGE
        hits, count = found(request.user, form.cleaned_data, start=start, most=ON_A_PAGE)
        log(request.user, hits, kinds=form.kinds, reason=form.cleaned_data["begrunnelse"])
        pupils = [pupil.pk for hit in hits for pupil in (hit.pupil, *hit.children) if pupil]
        visible = Student.objects.visible_to(request.user).filter(pk__in=pupils)
        context |= {
            "searched": True,
            "hits": hits,
            "count": min(count, MOST),
            "is_cut": count > MOST,
            "number": number,
            "has_next": start + ON_A_PAGE < min(count, MOST),
            "opened": set(visible.values_list("pk", flat=True)),
        }
    return render(request, "guardians/everybody/search.html", context, status=422 if form.errors else 200)


def page_number(text: str) -> int:
    """The page asked for; the first for anything that is none."""
    return int(text) if text.isdecimal() and text.isascii() and 0 < int(text[:4]) <= MOST // ON_A_PAGE else 1
