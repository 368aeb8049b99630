"""What the screens of the archive share: lines with advice, and who is asking."""

from uuid import UUID

from django.http import HttpRequest

from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from archive.advice import advice_for
from archive.models import Delivery
from archive.origins import origins_of
from archive.sensitive import kinds_of_sensitive

MOST_AT_ONCE = 500


def lines_of(request: HttpRequest, rows: list[Delivery], *, fresh: bool = False) -> list[dict[str, object]]:
    """Deliveries with whom each is about, for those who may open its document, and what the reader can do about it.

    Of a sensitive one the title is its kind, and the archive's own words, which may quote it, take a fresh login.
    """
    scope = scope_of(request.user)
    run = scope.reach(Permission.RUN_ARCHIVE)
    kinds = kinds_of_sensitive(rows)
    origins = origins_of(rows, request.user)
    return [
        {
            "delivery": row,
            "title": kinds.get(row.pk, row.title),
            "origin": origins.get(row.pk),
            "is_sensitive": row.pk in kinds,
            "shows_words": (shows_words := fresh or row.pk not in kinds),
            "advice": advice_for(row, scope=scope, with_words=shows_words)
            if row.state == Delivery.State.PARKED
            else None,
            "may_run": run.covers_school(row.school_id),
            "may_retry": run.covers_school(row.school_id) and row.failure != Delivery.Failure.CHANGED,
        }
        for row in rows
    ]


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def may(request: HttpRequest, permission: Permission) -> bool:
    return scope_of(request.user).holds(permission)


def valid_uuids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts[:MOST_AT_ONCE]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
