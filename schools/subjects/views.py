"""Screens about subjects: which there are, and reading in a new snapshot."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accessctl.guards import requires
from accessctl.models import RegisterFile
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from schoolapp.lib import clock
from schools.models import Subject, SubjectSnapshot
from schools.subjects.actions import plan, take_snapshot
from schools.subjects.grep import MOST_BYTES, Refused

PAGE_SIZE = 50
KEPT = timedelta(hours=1)
REGISTER = "schools.Subject"
SHOWN = 200


class SubjectFilter(forms.Form):
    sok = forms.CharField(
        label=gettext_lazy("Navn eller kode"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    utgatte = forms.BooleanField(label=gettext_lazy("Vis utgåtte fag"), required=False)


class SnapshotForm(forms.Form):
    fil = forms.FileField(
        label=gettext_lazy("Fil"),
        help_text=gettext_lazy("Fagkoder fra data.udir.no (Grep), som JSON: listen, eller hele fag. Høyst 20 MB."),
        error_messages={
            "required": gettext_lazy("Velg en fil."),
            "empty": gettext_lazy("Filen er tom. Velg en annen fil."),
        },
        widget=forms.FileInput(attrs={"accept": ".json"}),
    )
    use_required_attribute = False


@requires(Permission.ADMINISTER)
@require_safe
def subjects(request: SignedInRequest) -> HttpResponse:
    """The subjects that are taught, and when the list was last read in."""
    found = SubjectFilter(request.GET, auto_id="filter_%s")
    found.is_valid()
    rows = Subject.objects.all() if found.cleaned_data.get("utgatte") else Subject.objects.on()
    if words := found.cleaned_data.get("sok", "").strip():
        rows = rows.filter(Q(name_nb__icontains=words) | Q(name_nn__icontains=words) | Q(code__istartswith=words))
    page = Paginator(rows.order_by("name_nb", "code"), PAGE_SIZE).get_page(request.GET.get("side"))
    kept = request.GET.copy()
    kept.pop("side", None)
    context = {
        "filter": found,
        "page": page,
        "kept": kept.urlencode(),
        "latest": SubjectSnapshot.objects.first(),
        "today": clock.today(),
    }
    return render(request, "schools/subjects/list.html", context)


@requires(Permission.ADMINISTER)
def upload(request: SignedInRequest) -> HttpResponse:
    """Choose a snapshot. One with anything wrong in it is refused whole, with every reason."""
    form = SnapshotForm(request.POST, request.FILES) if request.method == "POST" else SnapshotForm()
    problems: Any = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["fil"]
        try:
            if file.size > MOST_BYTES:
                raise Refused(_("Filen er for stor. Den kan være høyst %(n)d MB.") % {"n": MOST_BYTES // 1024**2})
            content = file.read()
            plan(content)
        except Refused as refused:
            form.add_error("fil", str(refused))
            problems = refused.problems
        else:
            own = RegisterFile.objects.own(request.user, REGISTER)
            kept = own.keep(request.user, REGISTER, content, forget_before=clock.now() - KEPT)
            return redirect("schools:subjects_preview", kept.uuid)
    context = {"form": form, "problems": problems}
    return render(request, "schools/subjects/upload.html", context, status=422 if form.errors else 200)


@requires(Permission.ADMINISTER)
def preview(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """What will be new and changed, and the button that makes just that happen."""
    mine = RegisterFile.objects.own(request.user, REGISTER)
    kept = mine.filter(uuid=uuid, uploaded_at__gte=clock.now() - KEPT).first()
    if kept is None:
        raise Http404
    if kept.applied_at or not kept.content:
        messages.info(request, _("Filen er allerede importert, eller den er for gammel. Last den opp på nytt."))
        return redirect("schools:subjects_upload")
    content = bytes(kept.content)
    found = plan(content)
    if request.method == "POST":
        if request.POST.get("plan") == found.digest:
            take_snapshot(content, by=request.user)
            kept.applied_at, kept.content, kept.counts = clock.now(), b"", found.counts
            kept.save(update_fields=["applied_at", "content", "counts"])
            text = _("Fagene er lest inn: %(new)d nye, %(changed)d endret, %(unchanged)d uten endring.")
            messages.success(request, text % found.counts)
            return redirect("schools:subjects")
        messages.warning(request, _("Registeret er endret siden du så forhåndsvisningen. Se gjennom den på nytt."))
    context = {
        "plan": found,
        "new": found.new[:SHOWN],
        "changed": [subject for subject, _n in found.changed[:SHOWN]],
        "untold": found.untold[:SHOWN],
        "untold_rest": len(found.untold[SHOWN:]),
    }
    return render(request, "schools/subjects/preview.html", context, status=409 if request.method == "POST" else 200)
