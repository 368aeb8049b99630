"""Opening a record and logging that it was opened are one act."""

from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest

from accessctl.models import AccessEvent

Record = TypeVar("Record", bound=Model)


def open_or_404(request: HttpRequest, queryset: QuerySet[Record], *, action: str = "open", **lookup: Any) -> Record:
    """Fetch one record from an already scoped queryset and log it; what the caller may not see does not exist.

    Raises Http404 both for a missing record and for somebody else's, so that the two cannot be told apart.
    """
    try:
        record = queryset.get(**lookup)
    except ObjectDoesNotExist:
        raise Http404 from None
    record_event(request.user, action, record)
    return record


def record_event(user: Any, action: str, record: Model, *, ground: str = "") -> None:
    """Add one line to the access log. `about` is the pupil the record concerns, when it tells."""
    about: UUID | None = getattr(record, "about", None)
    AccessEvent.objects.create(
        user=user if getattr(user, "pk", None) else None,
        action=action,
        object_type=record._meta.label,
        object_id=getattr(record, "uuid", None),
        about=about,
        ground=ground,
    )


def record_list(user: Any, action: str, records: list[Any]) -> None:
    """One line per pupil shown in a list or an export, in one insert."""
    AccessEvent.objects.bulk_create(
        AccessEvent(
            user=user, action=action, object_type=r._meta.label, object_id=r.uuid, about=getattr(r, "about", None)
        )
        for r in records
    )
