"""The screen where everything about one pupil is taken out for innsyn."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from students.insight import actions
from students.insight.registry import parts
from students.models import InsightExport, Student
from students.pages import pupil_page

NO_STORE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


class InsightForm(forms.Form):
    use_required_attribute = False
    grunn = forms.CharField(
        label=gettext_lazy("Hvem har bedt om innsyn, og når?"),
        max_length=200,
        help_text=gettext_lazy("For eksempel «mor, brev 3. mars 2026» eller saksnummeret. Står i innsynsloggen."),
        error_messages={"required": gettext_lazy("Skriv hvem som har bedt om innsyn.")},
    )


@requires(Permission.EXPORT_PUPIL)
@require_http_methods(["GET", "POST"])
def tab(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Order the package, and see the ones the user has ordered about this pupil."""
    reached: Any = Student.objects.visible_to(request.user, Permission.EXPORT_PUPIL)
    student = open_or_404(request, reached.with_page_data(), uuid=uuid)
    form = InsightForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.ask(student, reason=form.cleaned_data["grunn"], by=request.user)
        messages.success(request, _("Pakken er bestilt. Den ligger her når den er klar."))
        return redirect("insight:tab", uuid=student.uuid)
    made = list(InsightExport.objects.visible_to(request.user).filter(student=student)[:10])
    context = pupil_page(request, student, active="innsyn") | {
        "form": form,
        "made": made,
        "is_working": any(job.is_open for job in made),
        "parts": parts(),
    }
    return render(request, "students/insight/tab.html", context, status=422 if form.errors else 200)


@requires(Permission.EXPORT_PUPIL)
@require_safe
def fetch(request: SignedInRequest, uuid: UUID) -> HttpResponseBase:
    """The package. Asks for what opening the pupil asks for, and is logged."""
    ready = InsightExport.objects.visible_to(request.user).filter(state=InsightExport.State.DONE)
    job = open_or_404(request, ready.select_related("student__person"), action="download", uuid=uuid)
    return FileResponse(
        default_storage.open(job.file.name),
        as_attachment=True,
        filename=f"innsyn-{job.asked_at:%Y-%m-%d}.zip",
        content_type="application/zip",
        headers=NO_STORE,
    )
