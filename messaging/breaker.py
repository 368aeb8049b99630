"""The circuit breaker, kept in PostgreSQL: a channel that does not answer is left alone, with one probe a minute."""

from datetime import timedelta

from django.db.models import F
from django.db.models.functions import Coalesce, Now

from messaging.models import Peer

OPENS_AFTER = 5
PAUSE = timedelta(seconds=60)


def admits(name: str) -> bool:
    """Whether an attempt may start now. While open it says yes once per pause; that attempt is the probe."""
    peer, _ = Peer.objects.get_or_create(name=name)
    if peer.open_until is None:
        return True
    return bool(Peer.objects.filter(name=name, open_until__lte=Now()).update(open_until=Now() + PAUSE))


def answered(name: str) -> None:
    """The channel answered, be it with yes or no."""
    Peer.objects.filter(name=name).exclude(failures=0, open_until=None).update(
        failures=0, open_until=None, silent_since=None, said=""
    )


def failed(name: str, said: str) -> None:
    """The channel did not answer usefully; `said` is why, in plain words that name nobody."""
    Peer.objects.filter(name=name).update(
        failures=F("failures") + 1, silent_since=Coalesce("silent_since", Now()), said=said[:300]
    )
    Peer.objects.filter(name=name, failures__gte=OPENS_AFTER, open_until=None).update(open_until=Now() + PAUSE)


def silent_peer(name: str) -> Peer | None:
    """The channel if it is being left in peace at the moment."""
    return Peer.objects.filter(name=name, open_until__isnull=False).first()
