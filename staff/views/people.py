"""«Ansatte»: the list, one employee, and the form for IKT."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.models import RoleAssignment, School
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from schoolapp.lib import clock
from staff.equipment import OrderError, deliver, drop_order, reopen_order, send_order, undo_delivery
from staff.forms import OrderForm, StaffFilter
from staff.models import Employee, IctOrder, Position
from staff.responsibility import groups_of

PAGE_SIZE = 50


@requires(Permission.VIEW_STAFF)
@require_safe
def people(request: SignedInRequest) -> HttpResponse:
    """Employees within reach, with their positions of today."""
    user = request.user
    schools = School.objects.visible_to(user, Permission.VIEW_STAFF)
    found = StaffFilter(request.GET, schools=schools)
    seen = Employee.objects.visible_to(user, Permission.VIEW_STAFF).shown_to(user).select_related("person")
    held = Position.objects.visible_to(user).on().select_related("school", "unit")
    rows = found.found(seen).prefetch_related(Prefetch("positions", queryset=held, to_attr="held_now"))
    rows = rows.order_by("person__family_name", "person__given_name", "pk")
    kept = request.GET.copy()
    kept.pop("side", None)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("side"))
    return render(request, "staff/people.html", {"filter": found, "page": page, "kept": kept.urlencode()})


@requires(Permission.VIEW_STAFF)
@require_safe
def person(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One employee: positions, groups they answer for, roles, and how the form for IKT stands."""
    user = request.user
    seen = Employee.objects.visible_to(user, Permission.VIEW_STAFF).shown_to(user).select_related("person__user")
    found = open_or_404(request, seen, uuid=uuid)
    positions = Position.objects.visible_to(user).filter(employee=found).select_related("school", "unit")
    roles = RoleAssignment.objects.visible_to(user, Permission.VIEW_STAFF).not_ended()
    roles = roles.filter(user=found.person.user_id).select_related("role", "school")
    orders = IctOrder.objects.visible_to(user, Permission.VIEW_STAFF).filter(employee=found).select_related("school")
    context = {
        "employee": found,
        "positions": positions,
        "roles": roles.order_by("role__name", "school__name", "pk"),
        "groups": groups_of(found, user),
        "orders": orders,
        "may_order": user.holds(Permission.ORDER_ICT),
        "may_give": user.holds(Permission.GIVE_ROLES),
    }
    return render(request, "staff/person.html", context)


@requires(Permission.ORDER_ICT)
@require_safe
def orders(request: SignedInRequest) -> HttpResponse:
    """The forms that wait to be sent, and the last ones that were."""
    shown = Employee.objects.visible_to(request.user, Permission.ORDER_ICT).shown_to(request.user)
    rows = IctOrder.objects.visible_to(request.user).filter(employee__in=shown).select_related("employee__person")
    rows = rows.select_related("school", "sent_by")
    waiting = rows.filter(state=IctOrder.State.WAITING)
    done = Paginator(rows.exclude(state=IctOrder.State.WAITING).order_by("-sent_at"), PAGE_SIZE)
    context = {"waiting": waiting[:PAGE_SIZE], "page": done.get_page(request.GET.get("side")), "kept": ""}
    return render(request, "staff/orders.html", context)


@requires(Permission.ORDER_ICT)
def order(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The form for one new employee: send it, say that nothing is needed, or take that back."""
    shown = Employee.objects.visible_to(request.user, Permission.ORDER_ICT).shown_to(request.user)
    rows = IctOrder.objects.visible_to(request.user).filter(employee__in=shown)
    about = ("employee__person", "school", "sent_by", "delivered_by")
    found = open_or_404(request, rows.select_related(*about), uuid=uuid)
    choice = request.POST.get("valg", "")
    form = OrderForm(request.POST if choice == "send" else None, instance=found)
    if request.method == "POST" and (choice in ("ikke", "angre") or form.is_valid()):
        try:
            carry_out(found, choice, form, request)
        except OrderError as error:
            messages.error(request, str(error))
        return redirect("staff:order" if choice == "angre" else "staff:orders", *([uuid] if choice == "angre" else []))
    positions = Position.objects.visible_to(request.user, Permission.ORDER_ICT).filter(employee=found.employee_id)
    context = {
        "order": found,
        "form": form,
        "positions": positions.select_related("school"),
        "may_give": request.user.holds(Permission.VIEW_STAFF),
    }
    return render(request, "staff/order.html", context, status=422 if form.errors else 200)


@requires(Permission.SYNC_STAFF)
@require_safe
def deliveries(request: SignedInRequest) -> HttpResponse:
    """What the schools have asked for and nobody has delivered yet, and what has been delivered."""
    shown = Employee.objects.shown_to(request.user)
    rows = IctOrder.objects.visible_to(request.user, Permission.SYNC_STAFF).filter(employee__in=shown)
    rows = rows.select_related("employee__person", "school", "sent_by", "delivered_by")
    done = Paginator(rows.filter(state=IctOrder.State.DELIVERED).order_by("-delivered_at"), PAGE_SIZE)
    context = {
        "sent": rows.filter(state=IctOrder.State.SENT)[:PAGE_SIZE],
        "late": rows.filter(state=IctOrder.State.WAITING, needed_from__lte=clock.today())[:PAGE_SIZE],
        "page": done.get_page(request.GET.get("side")),
        "kept": "",
        "today": clock.today(),
    }
    return render(request, "staff/deliveries.html", context)


@requires(Permission.SYNC_STAFF)
def delivery(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One form as the school sent it: say that everything is in place, or take that back."""
    shown = Employee.objects.shown_to(request.user)
    rows = IctOrder.objects.visible_to(request.user, Permission.SYNC_STAFF).filter(employee__in=shown)
    rows = rows.exclude(state__in=[IctOrder.State.WAITING, IctOrder.State.NOT_NEEDED])
    found = open_or_404(
        request, rows.select_related("employee__person", "school", "sent_by", "delivered_by"), uuid=uuid
    )
    choice = request.POST.get("valg")
    if request.method == "POST" and choice in ("levert", "angre"):
        try:
            (deliver if choice == "levert" else undo_delivery)(found, by=request.user)
        except OrderError as error:
            messages.error(request, str(error))
        else:
            done = (
                _("Skjemaet er merket som levert.") if choice == "levert" else _("Skjemaet venter på levering igjen.")
            )
            messages.success(request, done)
        return redirect("staff:deliveries")
    positions = found.employee.positions.on().select_related("school")
    return render(request, "staff/delivery.html", {"order": found, "positions": positions})


def carry_out(order: IctOrder, choice: str, form: OrderForm, request: SignedInRequest) -> None:
    match choice:
        case "ikke":
            drop_order(order, by=request.user)
            messages.success(request, _("Oppgaven er borte. Du kan angre på siden til skjemaet."))
        case "angre":
            reopen_order(order, by=request.user)
            messages.success(request, _("Oppgaven er tilbake."))
        case _send:
            send_order(order, **form.cleaned_data, by=request.user)
            messages.success(request, _("Skjemaet er sendt til kommunen. Du ser her når utstyret er levert."))
