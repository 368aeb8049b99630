"""What families decide: what stands on the class's contact list, and whether there may be a photo."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from guardians.actions.sharing import answer_photo, share_contact
from guardians.models import ContactShare, PhotoConsent
from guardians.own_forms import PhotoAnswerForm, ShareForm
from guardians.photos import decides_on_photos
from guardians.views.pages import form_page, sent
from students.models import Student


def child_or_404(request: SignedInRequest, uuid: UUID) -> Student:
    own = Student.objects.visible_to(request.user, Permission.ACT_FOR_OWN_CHILDREN).with_page_data()
    return open_or_404(request, own, uuid=uuid)


@requires(Permission.ACT_FOR_OWN_CHILDREN)
def contact_share(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """«Klasseliste: dette deler jeg», for one child. Each guardian decides about themselves alone."""
    student = child_or_404(request, uuid)
    standing = ContactShare.objects.own(request.user).filter(student=student).first()
    known = standing or ContactShare()

    def act(data: dict[str, Any]) -> None:
        share_contact(student, name=data["navn"], phone=data["telefon"], email=data["epost"], by=request.user)

    initial = {"navn": known.name, "telefon": known.phone, "epost": known.email}
    intro = _(
        "Skolen kan lage en liste som familiene i klassen til %(child)s får. Bare det du krysser av for, står der. "
        "Familier med adressesperre står aldri på listen."
    )
    return form_page(
        request,
        ShareForm(sent(request), initial=initial),
        act,
        title=_("Klasseliste: dette deler jeg"),
        intro=intro % {"child": student.person.given_name},
        back=reverse("guardians:home"),
        after=reverse("guardians:share", args=[student.uuid]),
        done=_("Valget ditt er lagret. Det gjelder neste gang listen lages."),
        button=_("Lagre"),
        frame="portal.html",
    )


@requires(Permission.ACT_FOR_OWN_CHILDREN)
def photo_answer(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A guardian's own yes or no to school photos of the child, until the child is 15 and answers alone."""
    student = child_or_404(request, uuid)
    if decides_on_photos(student):
        raise Http404
    name = student.person.given_name
    intro = _(
        "Skolefotografen tar bilde av elevene, og lærerne bruker bildene for å kjenne igjen elevene i klassen. Det er "
        "frivillig, og %(child)s går ikke glipp av noe ved et nei. Er foreldrene uenige, tar vi ikke bilde. Du kan "
        "ombestemme deg når som helst. Svarer du nei, sletter vi bildet vi har."
    )
    return answer_page(request, student, intro=intro % {"child": name}, back=reverse("guardians:home"))


@requires(Permission.VIEW_OWN_RECORD)
def own_photo_answer(request: SignedInRequest) -> HttpResponse:
    """One's own yes or no, from 15 years."""
    own = Student.objects.visible_to(request.user, Permission.VIEW_OWN_RECORD).with_page_data()
    student = open_or_404(request, own)
    if not decides_on_photos(student):
        raise Http404
    intro = _(
        "Skolefotografen tar bilde av elevene, og lærerne bruker bildene for å kjenne igjen elevene i klassen. Det er "
        "frivillig, og du går ikke glipp av noe ved et nei. Du er fylt 15 år og svarer selv. Du kan ombestemme deg "
        "når som helst. Svarer du nei, sletter vi bildet vi har."
    )
    return answer_page(request, student, intro=intro, back=reverse("students:own"))


def answer_page(request: SignedInRequest, student: Student, *, intro: str, back: str) -> HttpResponse:
    given = PhotoConsent.objects.own(request.user).filter(student=student, valid_to__isnull=True)
    known = given.values_list("is_given", flat=True).first()

    def act(data: dict[str, Any]) -> None:
        answer_photo(student, is_given=data["svar"] == PhotoAnswerForm.YES, by=request.user)

    initial = {} if known is None else {"svar": PhotoAnswerForm.YES if known else PhotoAnswerForm.NO}
    return form_page(
        request,
        PhotoAnswerForm(sent(request), initial=initial),
        act,
        title=_("Skolefoto"),
        intro=intro,
        back=back,
        done=_("Svaret ditt er lagret."),
        button=_("Lagre svaret"),
        frame="portal.html",
    )
