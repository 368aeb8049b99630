"""Which records system the municipality has, and the codes agreed with it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from archive import systems
from archive.models import ArchiveSystem
from archive.system_forms import SystemForm
from archive.views.lines import user_of

Adapter = ArchiveSystem.Adapter


def _for_the_whole_municipality(request: HttpRequest) -> None:
    if not scope_of(request.user).reach(Permission.EDIT_ARCHIVE_SETTINGS).everything:
        raise PermissionDenied


@requires(Permission.EDIT_ARCHIVE_SETTINGS)
def system(request: HttpRequest) -> HttpResponse:
    """Accounts and codes. They hold from the next message that is sent."""
    _for_the_whole_municipality(request)
    current = systems.current()
    form = SystemForm(request.POST or None, instance=current)
    if request.method == "POST" and form.is_valid():
        systems.change_codes(form.save(commit=False), form.cleaned_data["klasser"], by=user_of(request))
        messages.success(request, _("Kodene for arkivet er lagret."))
        return redirect("archive:system")
    return render(request, "archive/system.html", {"system": current, "form": form, "other": _other(current)})


@requires(Permission.EDIT_ARCHIVE_SETTINGS)
def system_switch(request: HttpRequest) -> HttpResponse:
    """Change over to the other system, after being told what waits in the queue."""
    _for_the_whole_municipality(request)
    current = systems.current()
    other, found = _other(current), systems.waiting()
    missing = systems.missing_for(other, current, found)
    if request.method == "POST" and request.POST.get("til") != other.value:
        messages.info(request, _("Arkivet er alt byttet. Dokumentene går til %(system)s.") % {"system": current})
        return redirect("archive:system")
    if request.method == "POST":
        try:
            same = request.POST.get("samme_arkiv") == "ja"
            changed = systems.change_system(other, same_archive=same, by=user_of(request))
        except systems.NotReady as refusal:
            missing = refusal.missing
        else:
            messages.success(request, _("Dokumentene går nå til %(system)s.") % {"system": changed})
            return redirect("archive:system")
    return render(
        request,
        "archive/system_switch.html",
        {"system": current, "other": other, "waiting": found, "missing": missing},
        status=409 if request.method == "POST" else 200,
    )


def _other(current: ArchiveSystem) -> Adapter:
    return Adapter.ELEMENTS if current.adapter == Adapter.FIKS_ARKIV else Adapter.FIKS_ARKIV
