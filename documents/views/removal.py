"""«Slett dokument»: what will happen, a reason, and the deed."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accessctl.guards import requires
from accessctl.permissions import Permission
from documents import overview, removal
from documents.models import Document, DocumentDeletion
from documents.requests import SignedInRequest
from documents.views.staff import ASKED, opened
from students.pages import pupil_page


class DeleteForm(forms.Form):
    use_required_attribute = False
    reason = forms.CharField(
        label=gettext_lazy("Hvorfor skal dokumentet slettes?"),
        help_text=gettext_lazy(
            "Begrunnelsen lagres sammen med hvem som slettet, og når. Skriv ikke hva brevet handler om."
        ),
        min_length=5,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": gettext_lazy("Skriv hvorfor dokumentet skal slettes."),
            "min_length": gettext_lazy("Skriv litt mer om hvorfor dokumentet skal slettes."),
        },
    )


@requires(Permission.DELETE_DOCUMENT)
def delete_finalised(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Shows first what goes and what stays. The second click of a double click finds it done."""
    if request.method == "POST" and (done := deleted_by(request, uuid)):
        return redirect("documents:tab", done.student.uuid)
    document = opened(request, uuid, Permission.DELETE_DOCUMENT, state=Document.State.FINALISED)
    form = DeleteForm(request.POST if request.method == "POST" else None)
    sentence = removal.obstacle(document)
    if form.is_valid() and not sentence:
        try:
            removal.delete_finalised(document, reason=form.cleaned_data["reason"], by=request.user)
            messages.success(request, _("Dokumentet er slettet."))
            return redirect("documents:tab", document.student.uuid)
        except removal.MayNotGo as stays:
            sentence = stays.sentence
    frame = pupil_page(request, document.student, active="dokumenter", also=ASKED)
    [version] = overview.versions_of([document], user=request.user, rights=frame["rights"])
    context = frame | {
        "document": document,
        "status": version.status,
        "obstacle": sentence,
        "form": form,
        "attachments": document.attachments.count(),
    }
    return render(request, "documents/delete.html", context, status=422 if form.is_bound else 200)


def deleted_by(request: SignedInRequest, uuid: UUID) -> DocumentDeletion | None:
    return DocumentDeletion.objects.own(request.user).filter(document=uuid).select_related("student").first()
