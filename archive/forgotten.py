"""What is left of a delivery when its document is deleted: that it was, and that nothing reached the archive."""

from django.db import transaction

from archive.models import Delivery, DeliveryAttempt

State, Failure = Delivery.State, Delivery.Failure
# After an attempt that ended so, the archive has nothing of it. The database says the same (documents_is_deletable).
CERTAIN = frozenset({Failure.REFUSED, Failure.CHANGED, Failure.STOPPED, "not_done"})


def never_reached(delivery: Delivery) -> bool:
    """Whether it is certain that the archive has nothing of it.

    It was refused or taken back with no step confirmed, and so did every attempt before the last one end. An attempt
    that left no line was interrupted, and nobody knows how far it came.
    """
    if delivery.state not in (State.PARKED, State.WITHDRAWN) or delivery.steps or delivery.journal_number is not None:
        return False
    ends = list(delivery.attempts.filter(number__gt=0).values_list("number", "outcome"))
    return len({number for number, _end in ends}) == delivery.attempt and {end for _number, end in ends} <= CERTAIN


@transaction.atomic
def forget(delivery: Delivery, *, title: str) -> None:
    """Empty a withdrawn delivery of what the document said; `title` is all that is left. Raises ValueError."""
    stored = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if stored.state != State.WITHDRAWN or not never_reached(stored):
        raise ValueError(stored.pk)
    Delivery.objects.filter(pk=stored.pk).update(title=title, record={}, failure_text="")
    DeliveryAttempt.objects.filter(delivery=stored).update(receipt="")
