"""Sessions in the database, read together with whose they are, and renewed by one statement."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from accessctl.models import LoginSession, User
from schoolapp.lib import clock

# A session renewed so lately is not renewed again: the pages opened within a minute cost one update, not one each, and
# somebody is logged out after 29 to 30 idle minutes.
RENEWED_EVERY = timedelta(minutes=1)


class SessionStore(db.SessionStore):
    """`user` is whose the session was when it was read, for a session that a login began."""

    user: User | None = None
    lasts_until: datetime | None = None

    def load(self) -> dict[str, Any]:
        valid = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=clock.now())
        rows = LoginSession.objects.filter(session_key=self.session_key).select_related("user")
        row = rows.annotate(
            data=Subquery(valid.values("session_data")), until=Subquery(valid.values("expire_date"))
        ).first()
        if row is None or row.data is None:
            empty_or_without_login: dict[str, Any] = super().load()
            return empty_or_without_login
        self.user, self.lasts_until = row.user, row.until
        content: dict[str, Any] = self.decode(row.data)
        return content

    def save(self, must_create: bool = False) -> None:
        """Raises UpdateError when the session has been ended meanwhile. A single update needs no transaction."""
        if must_create or self.session_key is None:
            super().save(must_create)
            return
        if not self.modified and self.lasts_until and self.get_expiry_date() - self.lasts_until < RENEWED_EVERY:
            return
        row = self.create_model_instance(self._session)  # type: ignore[attr-defined]
        values = {"session_data": row.session_data, "expire_date": row.expire_date}
        if not Session.objects.filter(session_key=row.session_key).update(**values):
            raise UpdateError


class UserMiddleware(AuthenticationMiddleware):
    """Takes the user who was read with the session. Whatever is unusual about them is left to Django to judge."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: user_read_with(request) or auth.get_user(request))  # type: ignore[assignment]


def user_read_with(request: HttpRequest) -> User | None:
    """The user of this session by the same tests as Django's `get_user`, or None where one of them says no."""
    session: Any = request.session
    named, backend = session.get(auth.SESSION_KEY), session.get(auth.BACKEND_SESSION_KEY)
    user: User | None = getattr(session, "user", None)
    if user is None or str(user.pk) != named or not user.is_active or backend not in settings.AUTHENTICATION_BACKENDS:
        return None
    proof = session.get(auth.HASH_SESSION_KEY) or ""
    return user if constant_time_compare(proof, user.get_session_auth_hash()) else None
