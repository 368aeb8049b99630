"""The letterhead of each school."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accessctl.audit import open_or_404
from accessctl.guards import requires_any
from accessctl.permissions import Permission
from documents.letterheads import accepted_logo, head_of, letterhead_of, save_letterhead, schools_for
from documents.models.letterhead import MIME
from documents.requests import SignedInRequest
from documents.type_forms import LetterheadForm
from documents.uploads import Refused
from documents.views.files import NO_STORE

MAY = (Permission.EDIT_TEMPLATES, Permission.WRITE_DOCUMENT)


@requires_any(*MAY)
@require_safe
def letterheads(request: SignedInRequest) -> HttpResponse:
    """The schools whose letterhead the user may change, and what their letters say now."""
    rows = [(school, head_of(school)) for school in schools_for(request.user)]
    return render(request, "documents/types/letterheads.html", {"rows": rows})


@requires_any(*MAY)
def edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One school's letterhead. A logo that is refused is told of, and nothing is saved."""
    school = open_or_404(request, schools_for(request.user), uuid=uuid)
    letterhead = letterhead_of(school)
    form = LetterheadForm(request.POST or None, request.FILES or None, instance=letterhead, school=school)
    if request.method == "POST" and form.is_valid():
        try:
            upload = form.cleaned_data["logo_file"]
            logo = accepted_logo(cast("UploadedFile[bytes]", upload)) if upload else None
        except Refused as refused:
            form.add_error("logo_file", str(refused.message))
        else:
            without = bool(form.cleaned_data.get("without_logo"))
            save_letterhead(form.save(commit=False), logo=logo, without_logo=without, by=request.user)
            messages.success(request, _("Brevhodet er lagret. Det gjelder fra neste brev som ferdigstilles."))
            return redirect("documents:letterhead", school.uuid)
    head = head_of(school)
    context = {"school": school, "form": form, "head": head, "has_logo": bool(head.logo)}
    return render(request, "documents/types/letterhead.html", context, status=422 if form.errors else 200)


@requires_any(*MAY)
@require_safe
def logo(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The logo as letters have it; nothing where there is none."""
    school = open_or_404(request, schools_for(request.user), uuid=uuid)
    own = letterhead_of(school)
    if not own.logo:
        return HttpResponse(status=204, headers=NO_STORE)
    return HttpResponse(bytes(own.logo), content_type=MIME[own.logo_extension], headers=NO_STORE)
