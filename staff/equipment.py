"""Writes about what new employees need."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accessctl.audit import record_event
from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock
from staff.models import IctOrder


class OrderError(ValueError):
    """The form can not be sent so; the text says why."""


@transaction.atomic
def send_order(
    order: IctOrder, *, equipment: Sequence[str], systems: str, comment: str, needed_from: date, by: User
) -> None:
    """Record that the form has been sent, with what was in it. Raises OrderError when it was done already."""
    locked = take(order, by)
    locked.equipment, locked.systems, locked.comment = list(equipment), systems.strip(), comment.strip()
    locked.needed_from = needed_from
    finish(locked, IctOrder.State.SENT, by)
    record_event(by, "send_ict_order", locked.employee)


@transaction.atomic
def drop_order(order: IctOrder, *, by: User) -> None:
    """The employee needs nothing. Raises OrderError when it was done already."""
    finish(take(order, by), IctOrder.State.NOT_NEEDED, by)
    record_event(by, "drop_ict_order", order.employee)


@transaction.atomic
def reopen_order(order: IctOrder, *, by: User) -> None:
    """Undo: the task is back, with what was in the form. Raises OrderError when everything is delivered."""
    locked = IctOrder.objects.select_for_update(of=("self",)).get(pk=order.pk)
    check_may_order(locked, by)
    if locked.state == IctOrder.State.DELIVERED:
        raise OrderError(_("Utstyret er levert. Be den som leverte det, om å angre først."))
    locked.state, locked.sent_by, locked.sent_at = IctOrder.State.WAITING, None, None
    locked.save(update_fields=["state", "sent_by", "sent_at"])
    record_event(by, "reopen_ict_order", locked.employee)


@transaction.atomic
def deliver(order: IctOrder, *, by: User) -> None:
    """What the form asked for is in place. Raises OrderError unless it is sent, and not delivered already."""
    settle_delivery(order, IctOrder.State.SENT, IctOrder.State.DELIVERED, by, clock.now())
    record_event(by, "deliver_ict_order", order.employee)


@transaction.atomic
def undo_delivery(order: IctOrder, *, by: User) -> None:
    settle_delivery(order, IctOrder.State.DELIVERED, IctOrder.State.SENT, None, None)
    record_event(by, "undo_ict_delivery", order.employee)


def settle_delivery(
    order: IctOrder, before: IctOrder.State, after: IctOrder.State, who: User | None, at: datetime | None
) -> None:
    """Raises OrderError when somebody has done something to the form since the page was shown."""
    changed = IctOrder.objects.filter(pk=order.pk, state=before).update(state=after, delivered_by=who, delivered_at=at)
    if not changed:
        raise OrderError(_("Skjemaet er endret siden du så det. Se gjennom det på nytt."))


def take(order: IctOrder, by: User) -> IctOrder:
    locked = IctOrder.objects.select_for_update(of=("self",)).select_related("employee__person").get(pk=order.pk)
    check_may_order(locked, by)
    if locked.state != IctOrder.State.WAITING:
        raise OrderError(_("Skjemaet er behandlet allerede."))
    return locked


def check_may_order(order: IctOrder, by: User) -> None:
    if not scope_of(by).reach(Permission.ORDER_ICT).covers_school(order.school_id):
        raise OrderError(_("Rollene dine lar deg ikke sende IKT-skjema for denne skolen."))


def finish(order: IctOrder, state: str, by: User) -> None:
    order.state, order.sent_by, order.sent_at = state, by, clock.now()
    order.save()
