"""How far the letters of a document have come, as those who read the document may see it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from documents.models import Document, DocumentDispatch
from messaging import words
from messaging.models import Dispatch

State = Dispatch.State
ON_THE_WAY = frozenset({State.READY, State.CLAIMED, State.SENT_UNKNOWN})


@dataclass(frozen=True, slots=True)
class Sending:
    """One letter to one person. `name` is empty when nobody was marked to receive it."""

    name: str
    word: str | Promise
    color: str
    read_at: datetime | None = None
    sent_at: datetime | None = None
    is_done: bool = False
    is_bad: bool = False
    is_moving: bool = False
    url: str = ""


def sendings_by_document(
    documents: Collection[Document], *, user: User, sees_guardians: bool
) -> dict[int, list[Sending]]:
    """The letters of each document, in one query; those taken back before they went are left out.

    A letter to somebody with address protection is left out for those who may not know of them.
    """
    rows = (
        DocumentDispatch.objects.filter(document__in=documents)
        .exclude(dispatch__state=State.WITHDRAWN)
        .select_related("dispatch", "guardian")
        .order_by("guardian__family_name", "guardian__given_name", "pk")
    )
    sees_protected, log = user.holds(Permission.SEE_PROTECTED), scope_of(user).reach(Permission.VIEW_ARCHIVE_LOG)
    found: dict[int, list[Sending]] = defaultdict(list)
    for row in rows:
        if row.guardian is None or sees_protected or not row.guardian.is_protected:
            sees_log = log.covers_school(row.dispatch.school_id)
            found[row.document_id].append(sending_of(row, sees_name=sees_guardians, sees_log=sees_log))
    return found


def sending_of(row: DocumentDispatch, *, sees_name: bool, sees_log: bool = False) -> Sending:
    dispatch = row.dispatch
    word, color = words.of(dispatch)
    name = "" if row.guardian is None else row.guardian.full_name if sees_name else _("En foresatt")
    waits_for_officer = dispatch.failure == Dispatch.Failure.PROTECTED
    is_bad = (dispatch.state == State.PARKED and not waits_for_officer) or color == "danger"
    return Sending(
        name,
        word,
        color,
        dispatch.read_at,
        dispatch.sent_at,
        is_done=dispatch.state == State.SENT and not is_bad,
        is_bad=is_bad,
        is_moving=dispatch.state in ON_THE_WAY,
        url=reverse("messaging:letter", args=[dispatch.uuid]) if sees_log else "",
    )
