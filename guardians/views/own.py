"""What guardians see and change about themselves, and who can see their child."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from guardians.access_overview import guardians_shown, staff_by_role
from guardians.own_forms import OwnContactForm
from guardians.views.pages import form_page, sent
from people.actions import change_own_contact
from people.models import ContactDetails, Person
from students.models import Student


@requires(Permission.ACT_FOR_OWN_CHILDREN)
def contact(request: SignedInRequest) -> HttpResponse:
    """One's own e-mail and telephone; never anybody else's. Only for guardians of a child they have access to today."""
    if not Student.objects.visible_to(request.user, Permission.ACT_FOR_OWN_CHILDREN).exists():
        raise Http404
    person = open_or_404(request, Person.objects.own(request.user).select_related("contact"))
    known = getattr(person, "contact", None) or ContactDetails()

    def act(data: dict[str, Any]) -> None:
        change_own_contact(person, email=data["email"], phone=data["phone"], by=request.user)

    return form_page(
        request,
        OwnContactForm(sent(request), initial={"email": known.email, "phone": known.phone}),
        act,
        title=_("Mine opplysninger"),
        intro=_(
            "Skolen bruker dette når den må nå deg. Andre foresatte ser det ikke. Navn og adresse kommer fra "
            "Folkeregisteret og rettes der."
        ),
        back=reverse("guardians:home"),
        after=reverse("guardians:contact"),
        done=_("Opplysningene dine er lagret."),
        button=_("Lagre"),
        frame="portal.html",
    )


@requires(Permission.VIEW_OWN_CHILDREN)
def access(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """«Hvem har tilgang» to one's own child: how many of each role, and which other guardians there are."""
    own = Student.objects.visible_to(request.user, Permission.VIEW_OWN_CHILDREN).with_page_data()
    student = open_or_404(request, own, uuid=uuid)
    context = {
        "student": student,
        "staff": staff_by_role(student, asker=request.user),
        "guardians": guardians_shown(student, asker=request.user),
    }
    return render(request, "guardians/access.html", context)
