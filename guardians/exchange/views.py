"""The screen «Eksport til andre systemer»."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from guardians.exchange import actions
from guardians.models import RosterExport
from schools.models import SchoolYear

NO_STORE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
SHOWN = 20


class ExportForm(forms.Form):
    use_required_attribute = False
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=RosterExport.Format.choices,
        widget=forms.RadioSelect,
        initial=RosterExport.Format.PIFU,
        help_text=gettext_lazy("Spør leverandøren av det andre systemet hvilket format det leser."),
        error_messages={"required": gettext_lazy("Velg et format.")},
    )
    fodselsnummer = forms.BooleanField(
        label=gettext_lazy("Ta med fødselsnummer"),
        required=False,
        help_text=gettext_lazy("Bare når mottakeren har rett til det, for eksempel kommunens brukeradministrasjon."),
    )
    foresatte = forms.BooleanField(
        label=gettext_lazy("Ta med foresatte"),
        required=False,
        help_text=gettext_lazy("Navn, e-post og telefon. Bare når mottakeren trenger det. Gjelder ikke Feide-grupper."),
    )


def page(request: HttpRequest, form: ExportForm) -> HttpResponse:
    """The form, and the files asked for lately."""
    jobs: Any = RosterExport.objects.visible_to(request.user)[:SHOWN]
    files = list(jobs)
    context = {"form": form, "files": files, "is_working": any(job.is_open for job in files)}
    context["has_year"] = SchoolYear.objects.filter(state=SchoolYear.State.CURRENT).exists()
    return render(request, "guardians/exchange/page.html", context, status=422 if form.errors else 200)


@requires(Permission.EXPORT_DATA)
@require_safe
def exports(request: SignedInRequest) -> HttpResponse:
    return page(request, ExportForm())


@requires(Permission.EXPORT_DATA)
@require_POST
def ask(request: SignedInRequest) -> HttpResponse:
    form = ExportForm(request.POST)
    if not form.is_valid():
        return page(request, form)
    chosen = form.cleaned_data
    actions.ask(
        chosen["format"],
        with_numbers=chosen["fodselsnummer"],
        with_guardians=chosen["foresatte"] and chosen["format"] != RosterExport.Format.FEIDE,
        by=request.user,
    )
    messages.success(request, _("Filen er bestilt. Den ligger her når den er klar."))
    return redirect("exchange:exports")


@requires(Permission.EXPORT_DATA)
@require_safe
def fetch(request: SignedInRequest, uuid: str) -> HttpResponseBase:
    """The file itself. Fetching it is in the access log."""
    ready: Any = RosterExport.objects.visible_to(request.user).filter(state=RosterExport.State.DONE)
    job = open_or_404(request, ready, action="download", uuid=uuid)
    if actions.is_outdated(job):
        messages.error(request, _("Opplysningene er endret siden filen ble laget. Lag den på nytt."))
        return redirect("exchange:exports")
    kind = RosterExport.Format(job.format)
    name = f"{job.format}-{job.asked_at:%Y-%m-%d}{actions.SUFFIXES[kind]}"
    return FileResponse(
        default_storage.open(job.file.name),
        as_attachment=True,
        filename=name,
        content_type=actions.MIME[kind],
        headers=NO_STORE,
    )
