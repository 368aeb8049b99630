"""What the guardians have written about a move, kept in the pupil's folder with the file they sent (handbook 2.3)."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accessctl import wall
from accessctl.audit import record_event
from accessctl.models import User
from admissions.models import Move, MoveStep
from admissions.moves.actions import OWN_WORK, check_may_handle, locked, mark
from admissions.moves.errors import MoveError
from admissions.moves.rules import FILED_TYPE
from documents import actions as documents
from documents.models import LANGUAGES, Document, DocumentType, Sensitivity
from documents.uploads import Accepted
from people.models import Person
from schoolapp.lib import clock

SUBJECTS: dict[str, Promise] = {
    Move.Kind.PRIVATE: gettext_lazy("overgang til privatskole"),
    Move.Kind.HOME: gettext_lazy("hjemmeopplæring"),
    Move.Kind.EXEMPT: gettext_lazy("samtykke til fritak fra opplæringsplikten"),
}


@transaction.atomic
@wall.lifted(OWN_WORK)
def file_notice(
    move: Move,
    *,
    file: Accepted,
    received_on: date,
    sender: Person | None,
    series: UUID,
    role: str,
    method: str,
    by: User,
) -> Document:
    """Keep the guardians' notice as an incoming document, and settle the step. A form sent twice keeps it once.

    Raises MoveError for a kind of move without such a notice, for a day to come, and for a pupil with address
    protection: what the guardians write may tell where the pupil goes, and the old school reads the folder.
    """
    stored = locked(move)
    check_may_handle(by, stored.student, school=stored.from_school)
    if stored.state == Move.State.CANCELLED or not stored.steps.filter(kind=MoveStep.Kind.FILED).exists():
        raise MoveError(_("Denne flyttingen har ingen melding fra foresatte."))
    if stored.student.person.is_protected:
        raise MoveError(_("Legg meldingen i elevmappen i Elements. Her ville den vist hvor eleven skal."))
    if received_on > clock.today():
        raise MoveError(_("Meldingen kan ikke være mottatt fram i tid."))
    draft = draft_of(stored, series=series, by=by)
    if draft.state != Document.State.DRAFT:
        return draft
    with override(draft.language):
        fields = {
            "gjelder": str(SUBJECTS[stored.kind]),
            "fra": sender.full_name if sender and not sender.is_protected else "",
            "mottatt": f"{received_on:%d.%m.%Y}",
        }
        title = str(_("Melding fra foresatte"))
    documents.attach(draft, file=file, title=title, by=by, in_flow=True)
    is_health = stored.kind == Move.Kind.EXEMPT  # an expert assessment stands behind it
    sensitivity = Sensitivity.SENSITIVE if is_health else None
    saved = documents.save_draft(draft, fields=fields, revision=draft.revision, sensitivity=sensitivity, by=by)
    made = documents.finalise(saved, revision=saved.revision, role=role, method=method, by=by)
    stored.steps.filter(kind=MoveStep.Kind.FILED).update(document=made)
    mark(stored, MoveStep.Kind.FILED, MoveStep.State.DONE, by=by)
    record_event(by, "file_notice", stored)
    return made


def draft_of(move: Move, *, series: UUID, by: User) -> Document:
    kind = DocumentType.objects.filter(slug=FILED_TYPE).first()
    language = move.student.person.written_form
    if kind is None:
        raise MoveError(_("Dokumenttypen Melding fra foresatte mangler. Be kommunen om hjelp."))
    try:
        return documents.start_draft(
            move.student,
            document_type=kind,
            language=language if language in dict(LANGUAGES) else "nb",
            by=by,
            series=series,
            school=move.from_school,
        )
    except documents.NoTemplate:
        raise MoveError(_("Malen for meldingen mangler. Be kommunen om hjelp.")) from None
