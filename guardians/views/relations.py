"""Screens for staff about who is responsible for a pupil."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.login.level import ConfirmFirst, Content, is_fresh
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from guardians import actions
from guardians.forms import ReasonForm, RecheckForm, RelationForm
from guardians.household import withholds_contact
from guardians.models import GuardianRelation, RelationBlock
from guardians.models.relations import GuardianRelationQuerySet
from guardians.views.pages import do, form_page, sent
from people.actions import find_or_add_by_name
from schoolapp.lib import clock
from students.models import Student
from students.pages import pupil_page

EDIT = Permission.EDIT_RELATIONS
RELATED = ("student__person", "student__school", "guardian")


def pupil(request: SignedInRequest, uuid: UUID, permission: Permission) -> Student:
    return open_or_404(request, Student.objects.visible_to(request.user, permission).with_page_data(), uuid=uuid)


def opened(request: SignedInRequest, uuid: UUID, permission: Permission = EDIT) -> GuardianRelation:
    rows = GuardianRelation.objects.visible_to(request.user, permission).select_related(*RELATED)
    return open_or_404(request, rows, uuid=uuid)


def name_typed(data: dict[str, Any]) -> str:
    return f"{data['given_name'].strip()} {data['family_name'].strip()}"


def tab_url(student: Student) -> str:
    return reverse("guardians:tab", args=[student.uuid])


@requires(Permission.VIEW_GUARDIANS)
def tab(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The pupil's guardians with state and ground, the blocks, and what the user may do about them."""
    student = pupil(request, uuid, Permission.VIEW_GUARDIANS)
    user = request.user
    rows = GuardianRelation.objects.visible_to(user).filter(student=student).select_related("guardian")
    blocks = RelationBlock.objects.visible_to(user).filter(student=student, lifted_at__isnull=True)
    asked = [EDIT, Permission.BLOCK_GUARDIAN, Permission.SET_RECEIVERS, Permission.SHIELD_NOW]
    page = pupil_page(request, student, active="foresatte", also=asked)
    context: dict[str, Any] = page | {
        "rows": in_words(rows),
        "blocks": blocks.select_related("guardian", "student__person"),
        "is_withheld": withholds_contact(user, student),
        "may_edit": EDIT in page["rights"],
        "may_block": Permission.BLOCK_GUARDIAN in page["rights"],
        "may_set_receivers": Permission.SET_RECEIVERS in page["rights"],
        "may_shield": Permission.SHIELD_NOW in page["rights"],
    }
    return render(request, "guardians/tab.html", context)


def in_words(rows: GuardianRelationQuerySet) -> list[dict[str, Any]]:
    """Each relation with what is true of it today: whether it holds and sends anything, and if not, what stops it."""
    today = clock.today()
    return [
        {
            "relation": row,
            "holds": row.holds,
            "receives": row.receives,
            "is_blocked": row.is_blocked,
            "has_run_out": row.valid_to is not None and row.valid_to < today,
            "is_coming": row.valid_from > today,
        }
        for row in rows.with_standing().order_by("guardian__family_name", "guardian__given_name", "-pk")
    ]


@requires(EDIT)
def queue(request: SignedInRequest) -> HttpResponse:
    """What waits for a second person, and what runs out or must be looked at again.

    With somebody protected in it, the list opens after a fresh login only.
    """
    rows = GuardianRelation.objects.visible_to(request.user, EDIT).select_related(*RELATED, "proposed_by")
    waiting = list(rows.filter(state=GuardianRelation.State.PROPOSED).order_by("proposed_at"))
    ending = list(rows.running_out().order_by("valid_to"))
    if any(row.guarded_as for row in waiting + ending) and not is_fresh(request):
        raise ConfirmFirst(Content.PROTECTED)
    record_list(request.user, "list", waiting + ending)
    return render(request, "guardians/queue.html", {"waiting": waiting, "ending": ending})


@requires(EDIT)
def relation_page(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One relation: what it rests on, and what can be done."""
    relation = opened(request, uuid)
    others = RelationBlock.objects.visible_to(request.user, EDIT).active().filter(student=relation.student)
    context = {
        "relation": relation,
        "in_care": others.filter(guardian__isnull=True).exists() and not relation.opened_despite_care,
        "blocks": others.filter(guardian=relation.guardian),
        "is_own": relation.proposed_by_id == request.user.pk,
    }
    return render(request, "guardians/relation.html", context)


@requires(EDIT)
def propose(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    student = pupil(request, uuid, EDIT)

    def act(data: dict[str, Any]) -> None:
        guardian = find_or_add_by_name(
            data["number"], given_name=data["given_name"], family_name=data["family_name"], by=request.user
        )
        fields = {name: data[name] for name in ("evidence", "reference", "valid_to", "recheck_on")}
        actions.propose_by_hand(guardian, student=student, named=name_typed(data), by=request.user, **fields)

    return form_page(
        request,
        RelationForm(sent(request)),
        act,
        title=_("Ny foresatt"),
        intro=_(
            "Bruk dette når noen har dokumentert foreldreansvar eller er oppnevnt som verge, men ikke står i "
            "Folkeregisteret. En kollega må godkjenne før tilgangen gjelder."
        ),
        back=tab_url(student),
        done=_("Forslaget er sendt. En kollega må godkjenne det før tilgangen gjelder."),
        button=_("Send til godkjenning"),
    )


@require_POST
@requires(EDIT)
def confirm(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    relation = opened(request, uuid)
    back = reverse("guardians:queue") if relation.named else reverse("guardians:relation", args=[uuid])
    return do(
        request, lambda: actions.confirm_relation(relation, by=request.user), back=back, done=_("Tilgangen gjelder nå.")
    )


@requires(EDIT)
def reject(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    relation = opened(request, uuid)
    is_own = relation.proposed_by_id == request.user.pk
    return form_page(
        request,
        ReasonForm(sent(request)),
        lambda data: actions.reject_relation(relation, reason=data["reason"], by=request.user),
        title=_("Trekk forslaget") if is_own else _("Avslå forslaget"),
        back=reverse("guardians:relation", args=[uuid]),
        after=reverse("guardians:queue"),
        done=_("Forslaget er trukket.") if is_own else _("Forslaget er avslått."),
        button=_("Trekk forslaget") if is_own else _("Avslå"),
    )


@requires(EDIT)
def end(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    relation = opened(request, uuid)
    return form_page(
        request,
        ReasonForm(sent(request)),
        lambda data: actions.end_relation(relation, reason=data["reason"], by=request.user),
        title=_("Avslutt tilgangen"),
        intro=_("Tilgangen tar slutt med en gang. Hvem som avsluttet den og hvorfor, blir lagret."),
        back=reverse("guardians:relation", args=[uuid]),
        after=tab_url(relation.student),
        done=_("Tilgangen er avsluttet."),
        button=_("Avslutt tilgangen"),
    )


@requires(EDIT)
def recheck(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    relation = opened(request, uuid)
    return form_page(
        request,
        RecheckForm(sent(request)),
        lambda data: actions.recheck_relation(relation, next_on=data["next_on"], by=request.user),
        title=_("Dokumentasjonen er kontrollert"),
        intro=_("Tilgangen varer ikke lenger enn før. Skal den forlenges, foreslår du en ny når denne er avsluttet."),
        back=reverse("guardians:relation", args=[uuid]),
        done=_("Kontrollen er lagret."),
        button=_("Lagre"),
    )


@requires(EDIT)
def let_in(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Open for one parent of a child in care."""
    relation = opened(request, uuid)
    return form_page(
        request,
        ReasonForm(sent(request)),
        lambda data: actions.let_in_despite_care(relation, reason=data["reason"], by=request.user),
        title=_("Åpne selv om barnevernet har omsorgen"),
        intro=_("Gjør dette bare når barnevernet har sagt at denne foresatte skal ha tilgang."),
        back=reverse("guardians:relation", args=[uuid]),
        done=_("Denne foresatte har tilgang igjen, så lenge ingen annen sperre gjelder."),
        button=_("Åpne"),
    )


@require_POST
@requires(Permission.SET_RECEIVERS)
def receiving(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    relation = opened(request, uuid, Permission.SET_RECEIVERS)
    receives = request.POST.get("mottar") == "ja"
    return do(
        request,
        lambda: actions.set_receiving(relation, receives=receives, by=request.user),
        back=tab_url(relation.student),
        done=_("Den foresatte mottar informasjon.") if receives else _("Den foresatte mottar ikke informasjon."),
    )
