from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from students.emergency.actions import TooMany, take
from students.emergency.forms import EmergencyForm


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.BREAK_GLASS)
def emergency(request: SignedInRequest) -> HttpResponse:
    """Nødtilgang: name and birth date in the body of the request, never in an address."""
    form = EmergencyForm(request.POST or None)
    problem = ""
    if form.is_valid():
        data = form.cleaned_data
        try:
            pupil = take(request.user, name=data["navn"], born=data["fodselsdato"], reason=data["begrunnelse"].strip())
        except TooMany:
            problem = _("Du kan ikke ta nødtilgang flere ganger i dag. Kontakt rektor hvis det fortsatt haster.")
        else:
            if pupil:
                messages.success(request, _("Du har tilgang til eleven ut dagen. Personvernombudet har fått beskjed."))
                return redirect("students:pupil", uuid=pupil.uuid)
            problem = _(
                "Vi fant ingen elev med dette navnet og denne fødselsdatoen som du kan få nødtilgang til. "
                "Sjekk opplysningene, eller kontakt rektor."
            )
    context = {"form": form, "problem": problem, "most": settings.EMERGENCY_ACCESS_PER_DAY}
    return render(request, "students/emergency.html", context, status=400 if request.method == "POST" else 200)
