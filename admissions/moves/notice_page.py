"""What the pages of a transfer notice show, to the school that writes it and the one that receives it."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.models import RoleAssignment, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from admissions.models import Move
from admissions.models.moves import is_officer
from admissions.moves.actions import OWN_WORK
from admissions.moves.notice import contents_of, guardians_who_may_permit
from admissions.moves.reading import notice_of
from documents.letters import frozen_body
from documents.models import Document
from documents.status import status_of
from students.rules import decides_on_schooling


@wall.lifted(OWN_WORK)
def notice_page(user: User, move: Move) -> dict[str, Any]:
    """The notice as it stands. Who only receives it sees the finished text and nothing of how it came about."""
    notice, document = notice_of(move)
    is_sender = sends(user, move)
    is_receiver = not is_sender or receives(user, move)
    finished = document is not None and document.state == Document.State.FINALISED
    context: dict[str, Any] = {
        "move": move,
        "notice": notice,
        "document": document,
        "status": status_of(document) if document else None,
        "body": frozen_body(document) if document and document.frozen_html and finished else "",
        "is_sender": is_sender,
        "is_receiver": is_receiver and move.kind == Move.Kind.WITHIN,
        "guardians": [],
        "pupil_decides": False,
        "permitted": {},
    }
    if notice is None or not is_sender:
        return context
    guardians = [person for person in guardians_who_may_permit(move.student) if not person.is_protected]
    return context | {
        "contents": contents_of(move, notice),
        "guardians": guardians,
        "pupil_decides": decides_on_schooling(move.student),
        "permitted": {
            "opplysninger": notice.extra,
            "fra": notice.permitted_by,
            "foresatt": notice.permitting_guardian.uuid if notice.permitting_guardian else "",
            "dato": notice.permitted_on,
        },
        "may_make": move.state in (Move.State.DECIDED, Move.State.DONE),
    }


def sends(user: User, move: Move) -> bool:
    """Whether the user writes the notice: for the old school, or as an officer for a protected pupil."""
    if move.student.person.is_protected:
        return is_officer(user)
    return scope_of(user).reach(Permission.EDIT_PUPIL).covers_school(move.from_school_id)


def receives(user: User, move: Move) -> bool:
    return scope_of(user).reach(Permission.EDIT_PUPIL).covers_school(move.to_school_id)


def role_for(user: User, move: Move) -> str:
    """In which role the notice is signed: one at the old school before a municipal one."""
    with translation.override(move.student.person.written_form):
        if move.student.person.is_protected:
            return _("ansvarlig for adressesperre")
        held = RoleAssignment.objects.on().filter(user=user, role__permissions__contains=[Permission.EDIT_PUPIL.value])
        names = {assignment.school_id: assignment.role.name for assignment in held.select_related("role")}
        return names.get(move.from_school_id) or names.get(None, "")
