"""«Ny rektor»: who owns a school's cases from which day, and the list the archive needs."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.models import School
from accessctl.permissions import Permission
from archive import folder_actions, handover
from archive.forms import OwnerForm
from archive.models import CaseOwner
from archive.owners import owner_on
from archive.views.lines import user_of
from schoolapp.lib import clock


def schools_of(request: HttpRequest) -> QuerySet[School]:
    return School.objects.visible_to(request.user, Permission.EDIT_ARCHIVE_SETTINGS)


@requires(Permission.EDIT_ARCHIVE_SETTINGS)
def owner(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One school's case owners, and the form for the next."""
    school = open_or_404(request, schools_of(request), uuid=uuid)
    form = OwnerForm(request.POST or None, school=school, initial={"from_date": clock.today(), "signs_as": _("rektor")})
    if request.method == "POST" and form.is_valid():
        try:
            folder_actions.change_owner([school], by=user_of(request), **form.cleaned_data)
        except folder_actions.DayTaken:
            form.add_error("from_date", _("Skolen har alt en endring fra denne dagen. Angre den først."))
        else:
            messages.success(request, _("Endringen er lagret. Send listen under til arkivtjenesten."))
            return redirect("archive:handover")
    rows = school.case_owners.select_related("user")
    context = {"school": school, "form": form, "rows": rows, "now": owner_on(school.pk)}
    return render(request, "archive/owner.html", context)


@requires(Permission.EDIT_ARCHIVE_SETTINGS)
@require_POST
def undo_owner(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take back a change that has not begun."""
    rows = CaseOwner.objects.visible_to(user_of(request)).select_related("school")
    row = open_or_404(request, rows, uuid=uuid)
    try:
        folder_actions.undo_owner(row, by=user_of(request))
    except folder_actions.TookEffect:
        messages.error(request, _("Endringen har begynt å gjelde og kan ikke angres. Registrer en ny fra i dag."))
    else:
        messages.success(request, _("Endringen er tatt tilbake."))
    return redirect("archive:owner", uuid=row.school.uuid)


@requires(Permission.EDIT_ARCHIVE_SETTINGS)
@require_safe
def handover_list(request: HttpRequest) -> HttpResponse:
    """«Disse mappene skal ha ny saksansvarlig»: changes of the last months and those to come."""
    return render(request, "archive/handover.html", {"changes": handover.changes(user_of(request))})


@requires(Permission.EDIT_ARCHIVE_SETTINGS)
@require_safe
def handover_csv(request: HttpRequest) -> HttpResponse:
    """The same list for the archive's own tools."""
    answer = HttpResponse(handover.as_csv(user_of(request)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="saksansvarlig.csv"'
    return answer
