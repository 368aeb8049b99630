"""Screens for staff about who is kept from a pupil."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accessctl.audit import open_or_404, record_list
from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from guardians import actions
from guardians.forms import BlockForm, OrderDates, ProlongForm, ReasonForm
from guardians.models import BlockedAttempt, GuardianRelation, RelationBlock, as_typed
from guardians.views.pages import do, form_page, sent
from guardians.views.relations import name_typed, pupil, tab_url
from people.actions import find_or_add_person

PAGE_SIZE = 50
BLOCK, LIFT = Permission.BLOCK_GUARDIAN, Permission.EDIT_RELATIONS
RELATED = ("student__person", "student__school", "guardian")


def opened(request: SignedInRequest, uuid: UUID, permission: Permission) -> RelationBlock:
    rows = RelationBlock.objects.visible_to(request.user, permission).select_related(*RELATED)
    return open_or_404(request, rows, uuid=uuid)


def attempts(request: SignedInRequest) -> QuerySet[BlockedAttempt]:
    rows = BlockedAttempt.objects.visible_to(request.user, BLOCK).unseen()
    return rows.select_related(*(f"block__{name}" for name in RELATED))


@requires(BLOCK)
def block_list(request: SignedInRequest) -> HttpResponse:
    """Attempts to log in, orders that have ended, and all other blocks in force, a page at a time."""
    rows = RelationBlock.objects.visible_to(request.user, BLOCK).active().select_related(*RELATED)
    tried, run_out = list(attempts(request)), list(rows.run_out())
    standing = rows.exclude(pk__in=[block.pk for block in run_out]).order_by("-created_at", "-pk")
    page = Paginator(standing, PAGE_SIZE).get_page(request.GET.get("side"))
    record_list(request.user, "list", [*run_out, *page, *tried])
    context = {
        "attempts": tried,
        "run_out": run_out,
        "page": page,
        "may_lift": request.user.holds(LIFT),
    }
    return render(request, "guardians/blocks.html", context)


@requires(BLOCK)
def block(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    student = pupil(request, uuid, BLOCK)
    relations = GuardianRelation.objects.visible_to(request.user, BLOCK).filter(student=student).exclude(as_typed())
    guardians = {str(row.guardian.uuid): row.guardian for row in relations.select_related("guardian").order_by("pk")}

    def act(data: dict[str, Any]) -> None:
        fields = {name: data[name] for name in ("kind", "reference", "valid_from", "order_ends_on")}
        guardian = guardians.get(data["guardian"])
        if guardian is None:
            given_name, family_name = data["given_name"], data["family_name"]
            guardian = find_or_add_person(
                data["number"], given_name=given_name, family_name=family_name, by=request.user
            )
            fields["named"] = name_typed(data)
        actions.block_guardian(guardian, student=student, by=request.user, **fields)

    return form_page(
        request,
        BlockForm(sent(request), guardians=list(guardians.values())),
        act,
        title=_("Sperr en foresatt"),
        intro=_(
            "Sperren gjelder med en gang: personen ser ingenting om eleven og mottar ingenting. Den står til noen i "
            "kommunen opphever den, også når vedtaket har gått ut eller Folkeregisteret sier noe annet."
        ),
        back=tab_url(student),
        done=_("Personen er sperret."),
        button=_("Sperr nå"),
    )


@requires(BLOCK)
def care(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Child welfare has the care of the child."""
    student = pupil(request, uuid, BLOCK)
    return form_page(
        request,
        OrderDates(sent(request)),
        lambda data: actions.take_over_care(student, by=request.user, **data),
        title=_("Barnevernet har omsorgen"),
        intro=_(
            "Alle foresatte mister tilgangen med en gang. Kommunen åpner for hver enkelt når barnevernet har sagt hvem "
            "som skal ha tilgang. Fosterforeldre og kontaktpersonen i barnevernet legges inn som «Ny foresatt»."
        ),
        back=tab_url(student),
        done=_("Registrert. Ingen foresatte har tilgang før kommunen åpner for dem."),
        button=_("Steng for alle foresatte"),
    )


@requires(LIFT)
def lift(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    found = opened(request, uuid, LIFT)
    return form_page(
        request,
        ReasonForm(sent(request)),
        lambda data: actions.lift_block(found, reason=data["reason"], by=request.user),
        title=_("Opphev sperren"),
        intro=_("Etterpå avgjør foreldreansvaret igjen hvem som har tilgang. Er du i tvil, lar du sperren stå."),
        back=tab_url(found.student),
        done=_("Sperren er opphevet."),
        button=_("Opphev sperren"),
    )


@requires(BLOCK)
def prolong(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    found = opened(request, uuid, BLOCK)
    return form_page(
        request,
        ProlongForm(sent(request)),
        lambda data: actions.prolong_block(found, order_ends_on=data["order_ends_on"], by=request.user),
        title=_("La sperren stå"),
        back=reverse("guardians:blocks"),
        done=_("Sperren står."),
        button=_("Lagre"),
    )


@require_POST
@requires(BLOCK)
def seen(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    attempt = open_or_404(request, attempts(request), uuid=uuid)
    back = reverse("guardians:blocks")
    return do(request, lambda: actions.mark_seen(attempt, by=request.user), back=back, done=_("Notert."))
