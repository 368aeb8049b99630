"""Messages from the archive: a row first, then put to the delivery they concern. Received twice they count once."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from archive import bell
from archive.models import Delivery, FiksReply, FiksRequest

State = Delivery.State
MOST_AT_ONCE = 200
# What may come after a delivery was given up, and settles it.
DECISIVE = (".kvittering", ".resultat")
ENDED = (State.ARCHIVED, State.WITHDRAWN)


def receive(headers: Mapping[str, Any], payload: bytes) -> FiksReply:
    """Keep a message as it came. Belongs before it is acknowledged; a message without an id gets one of its content."""
    said = {name: _text(value) for name, value in headers.items()}
    print_of = hashlib.sha256(repr(sorted(said.items())).encode() + payload).digest()
    known = _uuid(said.get("melding-id")) or UUID(bytes=print_of[:16])
    own = "egendefinert-header."
    row, _new = FiksReply.objects.get_or_create(
        message_id=known,
        defaults={
            "message_type": said.get("type", "")[:200],
            "answers": _uuid(said.get("svar-til")),
            "correlation": _uuid(said.get(f"{own}klientKorrelasjonsId") or said.get(f"{own}klientKorrelasjonId")),
            "sender": said.get("avsender-id", "")[:60],
            "payload": payload or None,
            "store_id": said.get("dokumentlager-id", "")[:60],
        },
    )
    return row


def _text(value: Any) -> str:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text.replace("\0", "")


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def apply_new() -> int:
    """Put every message that has not found its place to the delivery it concerns. Returns how many were put."""
    count = 0
    for pk in FiksReply.objects.filter(applied_at=None).values_list("pk", flat=True)[:MOST_AT_ONCE]:
        count += _apply(pk)
    if count:
        bell.ring()
    return count


@transaction.atomic
def _apply(pk: int) -> bool:
    reply = FiksReply.objects.select_for_update(skip_locked=True).filter(pk=pk, applied_at=None).first()
    if reply is None:
        return False
    request = _request_of(reply)
    FiksReply.objects.filter(pk=pk).update(request=request, applied_at=Now())
    if request and request.message_id is None and reply.answers:
        FiksRequest.objects.filter(pk=request.pk).update(message_id=reply.answers)
    if request and request.delivery_id:
        _wake(request.delivery_id, reply)
    return True


def empty_old() -> int:
    """Empty what has been put in its place and is old of what it says. Returns how many.

    The line about it stays. What belongs to a delivery that has not come to its end is kept: it may be read again.
    """
    ended = Q(request=None) | Q(request__delivery=None) | Q(request__delivery__state__in=ENDED)
    old = FiksReply.objects.filter(ended, applied_at__lt=Now() - timedelta(days=settings.FIKS_IO["keep_days"]))
    return old.exclude(payload=None, store_id="").update(payload=None, store_id="")


def _request_of(reply: FiksReply) -> FiksRequest | None:
    found = FiksRequest.objects.filter(message_id=reply.answers).first() if reply.answers else None
    if found is None and reply.correlation:
        found = FiksRequest.objects.filter(correlation=reply.correlation).first()
    return found


def _wake(delivery_id: int, reply: FiksReply) -> None:
    """Let a worker look at the delivery now. One that was given up for want of an answer is taken up again."""
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    rows = Delivery.objects.filter(pk=delivery_id)
    if delivery.state == State.SENT_UNKNOWN:
        rows.update(next_at=Now())
    given_up = delivery.state == State.PARKED and delivery.failure == Delivery.Failure.UNANSWERED
    if given_up and reply.message_type.endswith(DECISIVE):
        rows.update(state=State.READY, next_at=Now(), doubts=0, failure="", failure_text="")
