"""Making, resetting and ending the secret address, and finding whose it is."""

import secrets
from hashlib import sha256

from django.db import transaction

from accessctl.audit import record_act
from accessctl.models import User
from schoolapp.lib import clock
from schools.models import CalendarFeed


def digest(token: str) -> str:
    """The token has 256 random bits, so that a plain digest cannot be guessed backwards."""
    return sha256(token.encode()).hexdigest()


@transaction.atomic
def make_address(user: User) -> str:
    """A new secret, told this once; the one before stops working at once."""
    token = secrets.token_urlsafe(32)
    fields = {"digest": digest(token), "made_at": clock.now(), "read_on": None}
    CalendarFeed.objects.update_or_create(user=user, defaults=fields)
    record_act(user, "calendar_address", what="ny kalenderadresse")
    return token


@transaction.atomic
def end_address(user: User) -> None:
    deleted, _rows = CalendarFeed.objects.filter(user=user).delete()
    if deleted:
        record_act(user, "calendar_address", what="kalenderadresse slettet")


def owner_of(token: str) -> User | None:
    """Whose calendar it is; nobody's when the address is unknown or its owner is no longer in use."""
    feed = CalendarFeed.objects.select_related("user").filter(digest=digest(token), user__is_active=True).first()
    if feed is None:
        return None
    if feed.read_on != clock.today():
        CalendarFeed.objects.filter(pk=feed.pk).update(read_on=clock.today())
    return feed.user
