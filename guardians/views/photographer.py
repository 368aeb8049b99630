"""The school photo: the file to the photographer, and the photos back."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from accessctl.scope import scope_of
from guardians import photo_import
from guardians.models import PhotoImport
from guardians.photo_zip import ZipRefused
from guardians.photographer import answered, classes_of, make_file
from guardians.photos import consents
from people.models import Protection
from schoolapp.lib import clock
from students.lists.filters import as_uuids
from students.lists.tables import to_csv
from students.models import Student

SHOWN = 10
NO_STORE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


class ZipForm(forms.Form):
    use_required_attribute = False
    fil = forms.FileField(
        label=gettext_lazy("Zip-fil fra fotografen"),
        help_text=gettext_lazy(
            "Hvert bilde skal ha bildenummeret som filnavn, for eksempel 12345678.jpg. Høyst 25 MB."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,application/zip"}),
        error_messages={
            "required": gettext_lazy("Velg zip-filen du fikk fra fotografen."),
            "empty": gettext_lazy("Filen er tom. Velg en annen fil."),
        },
    )

    def clean_fil(self) -> Any:
        file = self.cleaned_data["fil"]
        if file.size > settings.MAX_UPLOAD_BYTES:
            raise forms.ValidationError(_("Filen er for stor. Den kan være høyst 25 MB. Del den på flere."))
        return file


def schools_of(request: SignedInRequest) -> list[School]:
    reach = scope_of(request.user).reach(Permission.MAKE_PHOTO_FILE)
    rows = School.objects.visible_to(request.user, Permission.MAKE_PHOTO_FILE)
    return list(rows if reach.everything else rows.filter(pk__in=reach.school_ids))


def page(request: SignedInRequest, form: ZipForm) -> HttpResponse:
    """The classes of one school with how many have consent; numbers only."""
    schools = schools_of(request)
    wanted = request.GET.get("skole", "")
    school = next((found for found in schools if str(found.uuid) == wanted), schools[0] if schools else None)
    classes = classes_of([school]) if school else []
    seen: Any = Student.objects.visible_to(request.user, Permission.MAKE_PHOTO_FILE)
    students = list(seen.filter(school=school, person__protection=Protection.NONE).select_related("person"))
    answers = consents(students)
    counts = answered(classes, students, answers)
    lines = [{"group": group, "pupils": counts[group.pk][0], "yes": counts[group.pk][1]} for group in classes]
    sent: Any = PhotoImport.objects.visible_to(request.user)[:SHOWN]
    shown = {"form": form, "schools": schools, "school": school, "lines": lines, "sent": sent}
    return render(request, "guardians/sheets/photographer.html", shown, status=422 if form.errors else 200)


@requires(Permission.MAKE_PHOTO_FILE)
@require_safe
def photographer(request: SignedInRequest) -> HttpResponse:
    return page(request, ZipForm())


@requires(Permission.MAKE_PHOTO_FILE)
@require_POST
def photo_file(request: SignedInRequest) -> HttpResponse:
    """The chosen classes as a file for the photographer."""
    wanted = as_uuids(request.POST.getlist("klasse"))
    groups = [group for group in classes_of(schools_of(request)) if group.uuid in wanted]
    table = make_file(groups, by=request.user) if groups else None
    if table is None or not table.rows:
        messages.error(request, _("Velg minst én klasse der noen har samtykket til skolefoto."))
        return redirect("guardians:photographer")
    response = HttpResponse(to_csv(table), content_type="text/csv; charset=utf-8", headers=NO_STORE)
    response["Content-Disposition"] = f'attachment; filename="fotograf-{clock.today():%Y-%m-%d}.csv"'
    return response


@requires(Permission.MAKE_PHOTO_FILE)
@require_POST
def photos_back(request: SignedInRequest) -> HttpResponse:
    """Hand the photographer's photos to a worker, who takes them in."""
    form = ZipForm(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, form)
    try:
        job = photo_import.ask(cast(Any, form.cleaned_data["fil"]), by=request.user)
    except ZipRefused as refusal:
        form.add_error("fil", str(refusal))
        return page(request, form)
    return redirect("guardians:photo_import", job.uuid)


def opened(request: SignedInRequest, uuid: UUID) -> PhotoImport:
    return open_or_404(request, PhotoImport.objects.visible_to(request.user), uuid=uuid)


def told(request: SignedInRequest, job: PhotoImport) -> dict[str, Any]:
    """What became of each photo. Pupils the user no longer sees are left out; those who are named are logged."""
    ids = [*job.result.get("matched", []), *job.result.get("without_consent", [])]
    rows: Any = Student.objects.visible_to(request.user, Permission.MAKE_PHOTO_FILE)
    rows = rows.filter(uuid__in=ids, person__protection=Protection.NONE).select_related("person")
    found = list(rows.order_by("home_class_name", "sort_name", "pk"))
    record_list(request.user, "list", found)
    refused = set(job.result.get("without_consent", []))
    return {
        "job": job,
        "matched": [pupil for pupil in found if str(pupil.uuid) not in refused],
        "without_consent": [pupil for pupil in found if str(pupil.uuid) in refused],
        "unmatched": job.result.get("unmatched", []),
        "unreadable": job.result.get("unreadable", []),
    }


@requires(Permission.MAKE_PHOTO_FILE)
@require_safe
def import_page(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """How far the work has come, and when it has ended what became of each photo."""
    job = opened(request, uuid)
    context = {"job": job} if job.is_open else told(request, job)
    return render(request, "guardians/sheets/photos_back.html", context)


@requires(Permission.MAKE_PHOTO_FILE)
@require_safe
def import_progress(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The part of the page that follows the work, and asks for the whole page when it has ended."""
    job = opened(request, uuid)
    response = render(request, "guardians/sheets/photos_progress.html", {"job": job})
    if not job.is_open:
        response.headers["HX-Refresh"] = "true"
    return response


@requires(Permission.MAKE_PHOTO_FILE)
@require_POST
def import_cancel(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    job = opened(request, uuid)
    if not photo_import.cancel(job):
        messages.info(request, _("Innlesingen var allerede ferdig."))
    return redirect("guardians:photo_import", job.uuid)
