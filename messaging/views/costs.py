"""Rapporter → Utsendinger → Kostnader: what each school has used, month by month."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from messaging import costs
from messaging.costs import Kind
from messaging.models import Dispatch
from schoolapp.lib import clock

MONTHS = 12


@requires(Permission.VIEW_ARCHIVE_LOG)
@require_safe
def meter(request: SignedInRequest) -> HttpResponse:
    """The months in total, and one of them by school: of the letters the reader's log shows, so that they agree."""
    rows = Dispatch.objects.visible_to(request.user)
    months = costs.per_month(rows=rows)[:MONTHS]
    chosen = next((m for m in months if f"{m.first:%Y-%m}" == request.GET.get("maned")), months[0] if months else None)
    today = clock.today()
    is_now = chosen is not None and (chosen.first.year, chosen.first.month) == (today.year, today.month)
    context = {
        "months": months,
        "most": max((m.ore for m in months), default=0),
        "chosen": chosen,
        "schools": costs.per_school(rows, chosen) if chosen else [],
        "forecast": costs.in_words(costs.forecast(chosen)) if chosen and is_now else "",
        "prices": [(kind.label, costs.in_words(costs.price_of(kind))) for kind in Kind],
        "unpriced": sum(m.unpriced for m in months),
    }
    return render(request, "messaging/costs.html", context)
