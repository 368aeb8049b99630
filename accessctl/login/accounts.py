"""A user's account and logins: closing, opening, and ending sessions."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accessctl.audit import record_act
from accessctl.login import session
from accessctl.models import User


class NotOneself(Exception):
    """Nobody closes their own account: they would lock themselves out, and perhaps the last administrator with them."""


@transaction.atomic
def close(user: User, *, by: User) -> None:
    """Shut the user out, here and now, on all devices. Roles and history stay. Raises NotOneself."""
    if user.pk == by.pk:
        raise NotOneself
    user.is_active = False
    user.save(update_fields=["is_active"])
    ended = session.end_all(user)
    record_act(by, "close_user", what=_("%(n)d innlogginger avsluttet") % {"n": len(ended)}, ground=f"user {user.pk}")


@transaction.atomic
def reopen(user: User, *, by: User) -> None:
    user.is_active = True
    user.save(update_fields=["is_active"])
    record_act(by, "reopen_user", ground=f"user {user.pk}")


@transaction.atomic
def end_logins(user: User, *, by: User, one: UUID | None = None, but: str = "") -> int:
    """End one login of `user`, or all of them but the session with key `but`. Returns how many."""
    rows = user.login_sessions.exclude(session_key=but) if but else user.login_sessions.all()
    ended = session.end_rows(rows.filter(uuid=one) if one else rows)
    if ended:
        record_act(by, "end_logins", what=str(len(ended)), ground=f"user {user.pk}")
    return len(ended)
