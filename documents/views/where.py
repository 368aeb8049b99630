"""«Hva lages hvor», for everybody at the school who sends or writes something."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accessctl.guards import requires_any
from accessctl.permissions import Permission
from documents.requests import SignedInRequest
from documents.where import WhereFilter, found_in_words, groups, in_order


@requires_any(Permission.WRITE_DOCUMENT, Permission.SEND_MESSAGES, Permission.EDIT_TEMPLATES)
@require_safe
def where(request: SignedInRequest) -> HttpResponse:
    """Every kind of document with its channel, folder, archiving and place. The filter is in the address."""
    form = WhereFilter(request.GET)
    kinds = list(form.applied_to(in_order()))
    context = {"filter": form, "groups": groups(kinds, user=request.user), "found": found_in_words(len(kinds))}
    return render(request, "documents/where.html", context)
