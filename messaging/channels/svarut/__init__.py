"""KS SvarUt: send v3, status v3, events and look-up by reference v2 (docs/dispatch.md)."""

from django.conf import settings

from messaging.channels.base import Channel
from messaging.channels.svarut.channel import SvarUt


def connect() -> Channel | None:
    """SvarUt, or nothing where no account is set up: letters wait then."""
    return SvarUt() if settings.SVARUT["account_id"] else None
