"""Each school's archive settings: who owns its cases, and where they go."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.models import School
from accessctl.permissions import Permission
from archive import actions
from archive.forms import SetupForm
from archive.models import SchoolArchiveSettings
from archive.owners import owners_on
from archive.views.lines import user_of


@requires(Permission.EDIT_ARCHIVE_SETTINGS)
@require_safe
def setup(request: HttpRequest) -> HttpResponse:
    schools = School.objects.visible_to(request.user, Permission.EDIT_ARCHIVE_SETTINGS)
    shown = list(schools.select_related("archive_settings"))
    owners = owners_on([school.pk for school in shown])
    return render(request, "archive/setup.html", {"rows": [(school, owners.get(school.pk)) for school in shown]})


@requires(Permission.EDIT_ARCHIVE_SETTINGS)
def school_setup(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One school's settings. They hold from the next document that is sent."""
    schools = School.objects.visible_to(request.user, Permission.EDIT_ARCHIVE_SETTINGS)
    school = open_or_404(request, schools.select_related("archive_settings"), uuid=uuid)
    current = getattr(school, "archive_settings", None) or SchoolArchiveSettings(school=school)
    form = SetupForm(request.POST or None, instance=current)
    if request.method == "POST" and form.is_valid():
        actions.change_settings(form.save(commit=False), by=user_of(request))
        messages.success(request, _("Oppsettet for %(school)s er lagret.") % {"school": school.name})
        return redirect("archive:setup")
    return render(request, "archive/school_setup.html", {"school": school, "form": form})
