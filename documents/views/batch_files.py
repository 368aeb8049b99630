"""Files that go with a letter to many."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accessctl.guards import requires
from accessctl.permissions import Permission
from documents.actions import MAX_ATTACHMENTS, TooManyAttachments
from documents.batch import attachments
from documents.batch.actions import BatchError
from documents.forms import AttachmentForm
from documents.requests import SignedInRequest
from documents.uploads import Refused, accept
from documents.views.batch import opened, writing


@requires(Permission.WRITE_DOCUMENT)
@require_POST
def attach(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Add a file to all the letters, or take one out. Whatever is wrong with it, the batch is as it was."""
    batch = opened(request, uuid, action="attach")
    back = f"{reverse('documents:batch_write', args=[batch.uuid])}#vedlegg"
    if chosen := request.POST.get("fjern", ""):
        try:
            attachments.detach(batch, chosen, by=request.user)
        except BatchError:
            return redirect("documents:batch_page", batch.uuid)
        return redirect(back)
    form = AttachmentForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            file = accept(form.cleaned_data["file"])
            attachments.attach(batch, file=file, title=form.cleaned_data["title"], by=request.user)
            return redirect(back)
        except Refused as refused:
            form.add_error("file", str(refused.message))
        except TooManyAttachments:
            form.add_error(None, _("Dokumentet kan ha høyst %(n)d vedlegg.") % {"n": MAX_ATTACHMENTS})
        except BatchError:
            return redirect("documents:batch_page", batch.uuid)
        except OSError:
            form.add_error(None, _("Filen kunne ikke lagres nå. Vent litt, og prøv igjen."))
    return writing(request, batch, upload=form)
