"""The transfer notice: what the law lets the school tell, and nothing else (opplæringslova § 25-1).

1. What is needed for the right to schooling and documentation is always told, from the register. 2. What eases
adaptation of teaching is told with a recorded permission. 3. What prevents harm to others is told with the ground of
the head of school. There is no place for anything else.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accessctl import wall
from accessctl.audit import record_event
from accessctl.models import School, User
from accessctl.roles import REKTOR
from accessctl.scope import scope_of
from admissions.models import Move, MoveStep, TransferNotice
from admissions.moves.actions import OWN_WORK, locked, mark
from admissions.moves.errors import MoveError
from admissions.moves.rules import NOTICE_TYPE
from documents import actions as documents
from documents.models import LANGUAGES, Document, DocumentType
from guardians.models import GuardianRelation
from people.models import Person
from schoolapp.lib import clock
from students.models import Student
from students.rules import decides_on_schooling
from students.transfer import Fact, facts_about

Permitted = TransferNotice.Permitted


@dataclass(frozen=True, slots=True)
class Contents:
    """What a notice says, in its three parts; each of the last two comes with what lets it be told."""

    facts: list[Fact]
    extra: str = ""
    permission: str = ""
    duty: str = ""
    duty_ground: str = ""

    @property
    def lines(self) -> list[str]:
        return [f"{fact.category.label}: {' '.join(fact.text.split())}" for fact in self.facts]


def contents_of(move: Move, notice: TransferNotice) -> Contents:
    """What the notice would say now. The second and third part only with what the law asks for each."""
    is_permitted = bool(notice.permitted_by and notice.permitted_on)
    has_ground = bool(notice.duty_by_id and notice.duty_ground)
    return Contents(
        facts=facts_about(move.student, move.last_day or clock.today()),
        extra=notice.extra if is_permitted else "",
        permission=permission_text(notice) if is_permitted and notice.extra else "",
        duty=notice.duty if has_ground else "",
        duty_ground=notice.duty_ground if has_ground and notice.duty else "",
    )


def permission_text(notice: TransferNotice) -> str:
    who = _("eleven")
    if notice.permitted_by == Permitted.GUARDIAN and notice.permitting_guardian:
        # A guardian with address protection is not named in a letter that leaves the school.
        guardian = notice.permitting_guardian
        who = _("en foresatt") if guardian.is_protected else guardian.full_name
    return f"{who}, {notice.permitted_on:%d.%m.%Y}" if notice.permitted_on else who


def guardians_who_may_permit(student: Student) -> list[Person]:
    """Guardians in force, as far as a letter may name them."""
    rows = GuardianRelation.objects.in_force().filter(student=student).select_related("guardian")
    return [row.guardian for row in rows.order_by("guardian__family_name", "guardian__given_name", "pk")]


def is_head_of(user: User, school: School | None) -> bool:
    """Whether the user is the head of that school; the law's ground is theirs to give, and nobody else's."""
    return school is not None and any(
        source.role == REKTOR and source.object_id == school.pk for source in scope_of(user).sources
    )


@transaction.atomic
@wall.lifted(OWN_WORK)
def permit(
    move: Move, *, extra: str, permitted_by: str, guardian: Person | None, permitted_on: date | None, by: User
) -> None:
    """Keep what is to be told with permission, and who gave it; an empty text takes it away. Raises MoveError."""
    stored = locked(move)
    check_open(stored)
    extra = extra.strip()
    if extra and not (permitted_by and permitted_on):
        raise MoveError(_("Skriv hvem som har gitt tillatelse, og når."))
    if extra and permitted_on and permitted_on > clock.today():
        raise MoveError(_("Tillatelsen kan ikke være gitt fram i tid."))
    if extra and permitted_by == Permitted.PUPIL and not decides_on_schooling(stored.student):
        raise MoveError(_("Eleven er ikke fylt 15 år. En foresatt må gi tillatelsen."))
    if extra and permitted_by == Permitted.GUARDIAN and guardian not in guardians_who_may_permit(stored.student):
        raise MoveError(_("Velg en av elevens foresatte."))
    TransferNotice.objects.filter(move=stored).update(
        extra=extra,
        permitted_by=permitted_by if extra else "",
        permitting_guardian=guardian if extra and permitted_by == Permitted.GUARDIAN else None,
        permitted_on=permitted_on if extra else None,
    )
    record_event(by, "permit_notice", stored)


@transaction.atomic
@wall.lifted(OWN_WORK)
def oblige(move: Move, *, duty: str, ground: str, by: User) -> None:
    """Keep what the school has a duty to tell, with the head's ground; empty takes it away. Raises MoveError."""
    stored = locked(move)
    check_open(stored)
    if not is_head_of(by, stored.from_school):
        raise MoveError(_("Bare rektor ved skolen kan avgjøre dette."))
    duty, ground = duty.strip(), ground.strip()
    if duty and not ground:
        raise MoveError(_("Skriv hvorfor opplysningene er nødvendige for å hindre skade."))
    TransferNotice.objects.filter(move=stored).update(
        duty=duty,
        duty_ground=ground if duty else "",
        duty_by=by if duty else None,
        duty_at=clock.now() if duty else None,
    )
    record_event(by, "oblige_notice", stored)


def check_open(move: Move) -> None:
    """Raise MoveError when there is no notice to write."""
    if move.state == Move.State.CANCELLED or not TransferNotice.objects.filter(move=move).exists():
        raise MoveError(_("Denne flyttingen har ingen flyttemelding."))


@transaction.atomic
@wall.lifted(OWN_WORK)
def make(move: Move, *, to_archive: bool, role: str, method: str, by: User) -> Document:
    """Make the notice of what may be told now, and finalise it; once more is a corrected version.

    Raises MoveError before the move is decided, and when there is no template.
    """
    stored = locked(move)
    check_open(stored)
    if stored.state == Move.State.DRAFT:
        raise MoveError(_("Flyttingen må være vedtatt før du lager flyttemeldingen."))
    notice = TransferNotice.objects.select_related("permitting_guardian").get(move=stored)
    document = draft_of(stored, by=by)
    if document.state == Document.State.RENDERING:
        return document
    with override(document.language):
        fields = fields_of(stored, contents_of(stored, notice))
    saved = documents.save_draft(document, fields=fields, revision=document.revision, send_to_archive=to_archive, by=by)
    try:
        made = documents.finalise(saved, revision=saved.revision, role=role, method=method, by=by)
    except documents.FieldsMissing as missing:
        names = ", ".join(str(label) for label in missing.labels)
        raise MoveError(_("Flyttemeldingen mangler: %(names)s.") % {"names": names}) from None
    stored.steps.filter(kind=MoveStep.Kind.NOTICE).update(document=made)
    mark(stored, MoveStep.Kind.NOTICE, MoveStep.State.DONE, by=by)
    TransferNotice.objects.filter(pk=notice.pk).update(read_at=None)
    record_event(by, "make_notice", stored)
    return made


def series_of(move: Move) -> UUID:
    """The same for every attempt, so that a form sent twice makes one notice."""
    return uuid5(move.uuid, NOTICE_TYPE)


def draft_of(move: Move, *, by: User) -> Document:
    """The draft of the notice, the first or that of a corrected version."""
    kind = DocumentType.objects.filter(slug=NOTICE_TYPE).first()
    language = move.student.person.written_form
    if kind is None:
        raise MoveError(_("Dokumenttypen Flyttemelding mangler. Be kommunen om hjelp."))
    try:
        first = documents.start_draft(
            move.student,
            document_type=kind,
            language=language if language in dict(LANGUAGES) else "nb",
            by=by,
            series=series_of(move),
            school=move.from_school,
        )
    except documents.NoTemplate:
        raise MoveError(_("Malen for flyttemelding mangler. Be kommunen om hjelp.")) from None
    newest = Document.objects.filter(series=first.series).latest("version")
    return documents.correct(newest, by=by) if newest.state == Document.State.FINALISED else newest


def fields_of(move: Move, contents: Contents) -> dict[str, str]:
    """The contents as the fields of the document. Where a protected pupil goes is never among them."""
    return {
        "mottaker": "" if move.student.person.is_protected else receiver_of(move),
        "siste_dag": f"{move.last_day:%d.%m.%Y}" if move.last_day else "",
        "grunnlag": "\n".join(contents.lines),
        "tilpasning": contents.extra,
        "tillatelse": contents.permission,
        "plikt": contents.duty,
        "plikt_grunn": contents.duty_ground,
    }


def receiver_of(move: Move) -> str:
    return str(move.to_school) if move.to_school else move.elsewhere


@transaction.atomic
@wall.lifted(OWN_WORK)
def note_read(move: Move, *, by: User) -> None:
    """Note that the receiving school has read the notice. The first time stands."""
    TransferNotice.objects.filter(move=move, read_at__isnull=True).update(read_at=clock.now())
    record_event(by, "read_notice", move)


@wall.lifted(OWN_WORK)
def obliged_case(student: Student) -> Move | None:
    """The case with a notice that is still to be made, about which the head of school may have something to tell."""
    rows = Move.objects.open().filter(student=student, notice__isnull=False)
    return rows.exclude(steps__document__state=Document.State.FINALISED).first()
