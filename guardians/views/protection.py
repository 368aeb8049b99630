"""Address protection: «Skjerm nå» for the schools, and the screens of the municipality's officers."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accessctl.audit import open_or_404, record_event, record_list
from accessctl.guards import requires
from accessctl.login.level import ConfirmFirst, Content, demand, is_fresh
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from guardians import actions, protected
from guardians.forms import LowerForm, NameForm, ReasonForm, ReviewForm, ShieldForm, SightForm
from guardians.models import GuardianRelation, RelationBlock, as_typed
from guardians.views.pages import do, form_page, sent
from guardians.views.relations import pupil, tab_url
from people.actions import decide_lower, follow_up, propose_lower, set_review_day
from people.models import Person
from students.models import Student

PAGE_SIZE = 25
SHIELD, MANAGE = Permission.SHIELD_NOW, Permission.MANAGE_PROTECTION


@requires(SHIELD)
def shield(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """«Skjerm nå». Whoever does it without the right to see protected people loses sight too, and is told so."""
    student = pupil(request, uuid, SHIELD)
    relations = (
        GuardianRelation.objects.visible_to(request.user, SHIELD).open().exclude(as_typed()).filter(student=student)
    )
    guardians = [row.guardian for row in relations.select_related("guardian").order_by("pk")]
    family = protected.family_shown(request.user, student)
    by_uuid = {str(person.uuid): person for person in (student.person, *guardians)}

    def act(data: dict[str, Any]) -> None:
        whom = None if data["whom"] == ShieldForm.FAMILY else [by_uuid[data["whom"]]]
        actions.shield_family(student, whom=whom, level=data["level"], reason=data["reason"], by=request.user)

    return form_page(
        request,
        ShieldForm(sent(request), pupil=student.person, guardians=guardians, family=family),
        act,
        title=_("Skjerm nå"),
        intro=_(
            "Bruk dette når du får vite at noen i familien må skjermes. Det virker med en gang: alle som ikke har "
            "særskilt tilgang, mister innsyn, du også, og portalen stenges for de foresatte. Kommunen får beskjed."
        ),
        back=tab_url(student),
        after=reverse("guardians:shielded"),
        done=_("Skjermet."),
        button=_("Skjerm nå"),
    )


@requires(SHIELD)
def shielded(request: SignedInRequest) -> HttpResponse:
    """What has happened and what happens next; about nobody in particular."""
    return render(request, "guardians/shielded.html")


def fresh(request: SignedInRequest) -> None:
    """Let the screen open only after a fresh login. Raises ConfirmFirst."""
    if not is_fresh(request):
        raise ConfirmFirst(Content.PROTECTED)


@requires(MANAGE)
def protected_list(request: SignedInRequest) -> HttpResponse:
    """Everyone protected whom the user answers for, or those with a name, which comes in the body; and what waits.

    A page at a time; to turn the page of a search is to send the name again.
    """
    fresh(request)
    form = NameForm(sent(request))
    name = form.cleaned_data["navn"] if form.is_bound and form.is_valid() else ""
    side = (request.POST if name else request.GET).get("side")
    page = Paginator(protected.rows_for(request.user, name), PAGE_SIZE).get_page(side)
    cases = protected.cases(request.user)
    changes = list(protected.open_changes(request.user))
    shown: list[Any] = [*changes, *(shielding for case in cases for shielding in case.shieldings)]
    for row in page:
        shown += row.students or [row.person]
    record_list(request.user, "list", list({record.about: record for record in shown}.values()))
    context = {
        "form": form,
        "name": name,
        "page": page,
        "cases": cases,
        "changes": [(change, protected.whom(change)) for change in changes],
        "due": {person.pk for person in protected.due_for_review(request.user)},
    }
    return render(request, "guardians/protected.html", context)


def family_url(student: Student) -> str:
    return reverse("guardians:family", args=[student.uuid])


def opened_family(request: SignedInRequest, uuid: UUID) -> Student:
    """The pupil whose family it is, once a fresh login and a reason are given, also when only a parent is protected.

    Raises Http404 or ConfirmFirst.
    """
    student = Student.objects.visible_to(request.user, MANAGE).with_page_data().filter(uuid=uuid).first()
    if student is None:
        raise Http404
    reason = demand(request, protected.Family(student), action="open")
    record_event(request.user, "open", student, reason=reason)
    return student


def blocks_of(request: SignedInRequest, student: Student) -> list[RelationBlock]:
    """The blocks about a pupil that nobody has lifted, also those that begin later."""
    rows = RelationBlock.objects.visible_to(request.user, MANAGE)
    return list(rows.filter(student=student, lifted_at__isnull=True).order_by("pk"))


@requires(MANAGE)
def family(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One family: the portal for each guardian, and which staff may see the pupil."""
    student = opened_family(request, uuid)
    relations = GuardianRelation.objects.visible_to(request.user, MANAGE).open().filter(student=student)
    blocks = blocks_of(request, student)
    context = {
        "student": student,
        "relations": [
            (relation, [block for block in blocks if relation.is_kept_out_by(block)])
            for relation in relations.select_related("guardian").order_by("pk")
        ],
        "grants": protected.grants_on(student),
    }
    return render(request, "guardians/family.html", context)


@requires(MANAGE)
def portal(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Open or close the portal for one guardian of one pupil; nobody who is blocked is offered to be let in."""
    rows = GuardianRelation.objects.visible_to(request.user, MANAGE).open()
    relation = open_or_404(request, rows.select_related("student__person", "student__school", "guardian"), uuid=uuid)
    opens = not relation.portal_enabled
    blocks = [block for block in blocks_of(request, relation.student) if relation.is_kept_out_by(block)]
    if opens and blocks:
        context = {"relation": relation, "blocks": blocks}
        return render(request, "guardians/portal_barred.html", context, status=409 if request.method == "POST" else 200)
    return form_page(
        request,
        ReasonForm(sent(request)),
        lambda data: actions.set_portal(relation, enabled=opens, by=request.user, reason=data["reason"]),
        title=_("Åpne portalen for én foresatt") if opens else _("Steng portalen for én foresatt"),
        intro=_("Den foresatte ser skolen, klassen og kontaktlæreren til eleven i portalen.") if opens else "",
        back=family_url(relation.student),
        done=_("Portalen er åpnet for denne foresatte.") if opens else _("Portalen er stengt for denne foresatte."),
        button=_("Åpne portalen") if opens else _("Steng portalen"),
    )


@requires(MANAGE)
def give_sight(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    student = opened_family(request, uuid)
    found = protected.candidates(student)
    users = {str(user.person.uuid): user for user, _text in found}

    def act(data: dict[str, Any]) -> None:
        actions.give_sight(
            users[data["user"]],
            student=student,
            until=data["valid_to"],
            reason=data["reason"],
            by=request.user,
        )

    return form_page(
        request,
        SightForm(sent(request), choices=[(str(user.person.uuid), text) for user, text in found]),
        act,
        title=_("Gi en ansatt innsyn"),
        intro=_(
            "Den ansatte ser eleven som en vanlig elev, men verken adresse, telefon eller e-post, heller ikke til de "
            "foresatte."
        ),
        back=family_url(student),
        done=_("Innsynet er gitt."),
        button=_("Gi innsyn"),
    )


@require_POST
@requires(MANAGE)
def end_sight(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    grant = open_or_404(request, protected.sight_grants(request.user), uuid=uuid)
    back = family_url(grant.content_object)
    return do(request, lambda: actions.end_sight(grant, by=request.user), back=back, done=_("Innsynet er avsluttet."))


def person_or_404(request: SignedInRequest, uuid: UUID) -> Person:
    return open_or_404(request, protected.persons(request.user).filter(pk__in=protected.protected_people()), uuid=uuid)


@requires(MANAGE)
def lower(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Propose that protection be taken down or off."""
    person = person_or_404(request, uuid)
    return form_page(
        request,
        LowerForm(sent(request), person=person),
        lambda data: propose_lower(person, by=request.user, **data),
        title=_("Foreslå å oppheve skjermingen"),
        intro=_("Ingenting endres før en annen som forvalter adressesperre, har godkjent. Portalen forblir stengt."),
        back=reverse("guardians:protected"),
        done=_("Forslaget er sendt. En kollega må godkjenne det."),
        button=_("Send til godkjenning"),
    )


@requires(MANAGE)
def review(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    person = person_or_404(request, uuid)
    return form_page(
        request,
        ReviewForm(sent(request), initial={"day": person.protection_review_on}),
        lambda data: set_review_day(person, day=data["day"], by=request.user),
        title=_("Når skal skjermingen vurderes på nytt?"),
        intro=_("Skjermingen står til to personer har opphevet den, også når dagen er passert."),
        back=reverse("guardians:protected"),
        done=_("Datoen er lagret."),
        button=_("Lagre"),
    )


@require_POST
@requires(MANAGE)
def decide(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The second officer's answer to a proposal, whose reason is why the case is opened."""
    fresh(request)
    change = protected.open_changes(request.user).filter(uuid=uuid).first()
    if change is None:
        raise Http404
    record_event(request.user, "open", change, reason=f"Forslag om å oppheve skjerming: {change.reason}"[:300])
    approve = request.POST.get("svar") == "ja"
    return do(
        request,
        lambda: decide_lower(change, approve=approve, by=request.user),
        back=reverse("guardians:protected"),
        done=_("Skjermingen er endret.") if approve else _("Forslaget er avslått. Skjermingen står."),
    )


@require_POST
@requires(MANAGE)
def followed_up(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """An officer takes over all that is open in a family, from any of its shieldings."""
    fresh(request)
    case = protected.case_of(request.user, uuid)
    if case is None:
        raise Http404

    def act() -> None:
        for shielding in case.shieldings:
            record_event(request.user, "open", shielding, reason=f"Skjermet av skolen: {shielding.reason}"[:300])
            follow_up(shielding, by=request.user)

    return do(request, act, back=reverse("guardians:protected"), done=_("Saken er tatt over."))
