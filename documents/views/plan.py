"""The documentation plan: a page to read, and a PDF/A to keep."""

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accessctl.audit import record_event
from accessctl.guards import requires
from accessctl.models import Municipality
from accessctl.permissions import Permission
from documents.plan import plan
from documents.press import press
from documents.requests import SignedInRequest
from documents.status import REASONS
from documents.views.files import NO_STORE
from schoolapp.lib import clock
from schoolapp.lib.pdf.identify import approved_pdf
from schoolapp.lib.pdf.limits import Refusal, RenderFailed


@requires(Permission.EDIT_TEMPLATES)
@require_safe
def page(request: SignedInRequest) -> HttpResponse:
    return render(request, "documents/plan.html", {"plan": plan()})


@requires(Permission.EDIT_TEMPLATES)
@require_safe
def pdf(request: SignedInRequest) -> HttpResponse:
    """The same, printed as letters are. Kept by whoever fetches it, with day and version in its name."""
    made = plan()
    html = render_to_string("documents/pdf/plan.html", {"plan": made, "at": clock.now(), "language": get_language()})
    try:
        content = press.print(html, wait_seconds=5.0)
        if not approved_pdf(content):
            raise RenderFailed(Refusal.FORMAT)
    except RenderFailed as failure:
        context = {"plan": made, "reason": REASONS.get(failure.refusal, REASONS["crash"])}
        return render(request, "documents/plan.html", context, status=503)
    if municipality := Municipality.objects.first():
        record_event(request.user, "export", municipality, what=_("dokumentasjonsplan"))
    name = f"dokumentasjonsplan-{made.day}-{made.version}.pdf"
    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
