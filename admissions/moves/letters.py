"""The decision letter of a move: begun with what the case already says, and finalised like any other letter."""

from uuid import uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.models import User
from admissions.models import Move, MoveStep
from admissions.moves.actions import OWN_WORK, locked
from admissions.moves.errors import MoveError
from admissions.moves.rules import FIRST_GRADE_LETTER, letter_type
from documents import actions as documents
from documents.models import LANGUAGES, Document, DocumentType


@transaction.atomic
@wall.lifted(OWN_WORK)
def begin_letter(move: Move, *, by: User) -> Document:
    """The draft of the decision letter, filled in from the case. The letter begun twice is one. Raises MoveError.

    Who changes school behind an address protection gets the decision from the officers, outside this system: a letter
    here would tell the old school where the pupil goes.
    """
    stored = locked(move)
    step = stored.steps.filter(kind=MoveStep.Kind.LETTER).first()
    if step is None or stored.state not in (Move.State.DECIDED, Move.State.DONE):
        raise MoveError(_("Flyttingen må være vedtatt før du skriver brevet."))
    if stored.student.person.is_protected and stored.kind == Move.Kind.WITHIN:
        raise MoveError(_("Skriv dette vedtaket i Elements. Et brev her ville vist hvor eleven skal gå på skole."))
    if step.document:
        return step.document
    slug, language = letter_type(stored.grade_level), stored.student.person.written_form
    kind = DocumentType.objects.filter(slug=slug).first()
    if kind is None:
        raise MoveError(_("Dokumenttypen for vedtaket mangler. Be kommunen om hjelp."))
    try:
        draft = documents.start_draft(
            stored.student,
            document_type=kind,
            language=language if language in dict(LANGUAGES) else "nb",
            by=by,
            series=uuid5(stored.uuid, "vedtaksbrev"),
            school=stored.student.school or stored.to_school,
        )
    except documents.NoTemplate:
        raise MoveError(_("Malen for vedtaket mangler. Be kommunen om hjelp.")) from None
    if draft.state == Document.State.DRAFT and not draft.fields:
        draft = documents.save_draft(
            draft, fields=filled_in(stored, slug, draft.language), revision=draft.revision, by=by
        )
    stored.steps.filter(kind=MoveStep.Kind.LETTER).update(document=draft)
    return draft


def filled_in(move: Move, slug: str, language: str) -> dict[str, str]:
    """What the case already says, under the names of the letter's fields."""
    day = move.first_day.isoformat() if move.first_day else ""
    school = str(move.to_school)
    if slug == FIRST_GRADE_LETTER:
        return {"tildelt_skole": school, "startdato": day}
    grade = grade_in_words(move.grade_level, language)
    return {"tildelt_skole": school, "plass_trinn": grade, "fra_dato": day, "begrunnelse": move.reason}


def grade_in_words(grade: int | None, language: str) -> str:
    """The grade of the place, which is not always the one the pupil is in on the day of writing."""
    return f"{grade}. {'steg' if language == 'nn' else 'trinn'}" if grade else ""
