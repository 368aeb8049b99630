"""What the screens about moves show, read past the wall: a case has two schools, and the pupil goes to one of them."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.audit import open_or_404, record_list
from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from accessctl.scope import scope_of
from admissions.models import Move, MoveStep, TransferNotice
from admissions.models.moves import is_officer
from admissions.moves.actions import OWN_WORK, may_do, may_handle
from admissions.moves.notice import guardians_who_may_permit
from documents.models import Document
from people.models import Person, Protection
from schoolapp.lib import clock
from students.models import Group, Student

RELATED = ("student__person", "student__school", "from_school", "to_school", "school_year", "group")
PAGE_SIZE = 50
Step = MoveStep.Kind


@dataclass(frozen=True)
class StepLine:
    """One step of the case as the page shows it."""

    kind: str
    title: str | Promise
    text: str
    word: str | Promise
    color: str
    note: str
    url: str = ""
    action: str = ""
    is_settled: bool = False
    may_mark_done: bool = False
    may_skip: bool = False


@wall.lifted(OWN_WORK)
def opened(request: SignedInRequest, uuid: UUID, action: str = "open") -> Move:
    """A case the user handles, logged. Raises Http404."""
    rows = Move.objects.visible_to(request.user).select_related(*RELATED)
    return open_or_404(request, rows, action=action, uuid=uuid)


@wall.lifted(OWN_WORK)
def opened_for_head(request: SignedInRequest, uuid: UUID) -> Move:
    """A case of a pupil the user writes about, whose transfer notice is not made yet, logged. Raises Http404."""
    pupils = Student.objects.visible_to(request.user, Permission.WRITE_DOCUMENT)
    rows = Move.objects.filter(student__in=pupils, notice__isnull=False).exclude(state=Move.State.CANCELLED)
    return open_or_404(request, rows.select_related(*RELATED), uuid=uuid)


def waiting_steps() -> Any:
    """Steps of a case that remain."""
    finished = Q(document__state=Document.State.FINALISED)
    return MoveStep.objects.filter(move=OuterRef("pk"), state=MoveStep.State.OPEN).exclude(finished)


def unfinished(rows: QuerySet[Move]) -> QuerySet[Move]:
    """Cases that wait for somebody: begun, or with a step that remains."""
    return rows.exclude(state=Move.State.CANCELLED).filter(Q(state=Move.State.DRAFT) | Q(Exists(waiting_steps())))


VIEWS = ("apne", "kommer", "slutter", "alle")


def filtered(user: User, view: str) -> QuerySet[Move]:
    """The cases of one view of the list; an unknown one is that of the open cases."""
    rows, schools = Move.objects.visible_to(user), scope_of(user).reach(Permission.EDIT_PUPIL).school_ids
    decided = (Move.State.DECIDED, Move.State.DONE)
    match view:
        case "alle":
            return rows
        case "kommer":
            return rows.filter(kind=Move.Kind.WITHIN, state__in=decided, to_school__in=schools)
        case "slutter":
            return rows.filter(state=Move.State.DECIDED, from_school__in=schools).exclude(kind__in=["in", "back"])
    return unfinished(rows)


@wall.lifted(OWN_WORK)
def list_page(request: SignedInRequest, view: str) -> dict[str, Any]:
    """The list of cases, logged. Moves of protected pupils from the user's own schools stand there without a name."""
    user = request.user
    rows = filtered(user, view).select_related(*RELATED).order_by("-created_at", "-pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("side"))
    moves = list(page)
    open_steps = set(unfinished(Move.objects.filter(pk__in=[move.pk for move in moves])).values_list("pk", flat=True))
    record_list(user, "list", moves)
    return {
        "page": page,
        "lines": [(move, where(move), move.pk in open_steps) for move in moves],
        "view": view,
        "hidden": hidden_moves(user) if view in ("apne", "alle") else [],
    }


def where(move: Move) -> str:
    """From where to where, in a few words."""
    old = str(move.from_school) if move.from_school else move.elsewhere if move.is_arrival else ""
    new = str(move.to_school) if move.to_school else move.elsewhere if not move.is_arrival else ""
    return " → ".join(part for part in (old, new) if part)


def hidden_moves(user: User) -> list[tuple[School | None, date | None]]:
    """School and last day of protected pupils who have left the user's own schools in this school year.

    All the old school is told is «Flyttet – skjermet» (handbook 2.3). Nobody else is told that much.
    """
    schools = scope_of(user).reach(Permission.EDIT_PUPIL).school_ids
    if not schools or is_officer(user):
        return []
    protected = Person.objects.exclude(protection=Protection.NONE).values("pk")
    rows = Move.objects.filter(
        from_school__in=schools,
        state=Move.State.DONE,
        student__person__in=protected,
        first_day__gte=clock.school_year_start(clock.today()),
    ).exclude(kind__in=[Move.Kind.EXEMPT, Move.Kind.BACK])
    return [
        (move.from_school, move.last_day) for move in rows.select_related("from_school").order_by("-first_day")[:50]
    ]


@wall.lifted(OWN_WORK)
def case_page(user: User, move: Move) -> dict[str, Any]:
    """The page of one case: what is decided, and its steps."""
    steps = move.steps.select_related("document__document_type", "by").order_by("pk")
    lines = [step_line(user, move, step) for step in steps]
    return {
        "move": move,
        "where": where(move),
        "steps": lines,
        "next_kind": next((line.kind for line in lines if line.action and not line.is_settled), ""),
        "remaining": sum(not line.is_settled for line in lines),
        "sees_pupil": Student.objects.visible_to(user).filter(pk=move.student_id).exists(),
        "is_protected": move.student.person.is_protected,
        "may_change_day": move.state in (Move.State.DECIDED, Move.State.DONE),
        "may_undo": move.state == Move.State.DONE,
        "may_cancel": move.is_open and may_handle(user, move),
    }


def step_line(user: User, move: Move, step: MoveStep) -> StepLine:
    """What one step is about, how far it has come, and where it is done."""
    kind, document = Step(step.kind), step.document
    is_made = document is not None and document.state != Document.State.DRAFT
    state = MoveStep.State.DONE if is_made and step.state == MoveStep.State.OPEN else step.state
    failed = kind == Step.NOTICE and document is not None and document.state == Document.State.DRAFT
    is_settled = state != MoveStep.State.OPEN and not failed
    is_own = kind == Step.DECISION or may_do(user, move, kind)
    url, action = way_to(move, step, is_made=is_made) if is_own or is_made else ("", "")
    word, color = (MoveStep.State(state).label, "success" if is_settled else "warning")
    if state == MoveStep.State.NOT_NEEDED:
        color = "neutral"
    told = "" if kind == Step.DECISION and is_settled else about(move, kind)
    begun = move.state != Move.State.CANCELLED and kind != Step.DECISION and is_own
    return StepLine(
        kind,
        _("Registrering") if kind == Step.DECISION and move.is_notified else kind.label,
        told if is_own else _("Dette steget er det den andre skolen som gjør."),
        _("Gjenstår") if failed else word,
        color,
        step.note,
        url,
        action,
        is_settled,
        may_mark_done=begun and not is_settled and kind in (Step.REQUEST, Step.FILED, Step.SFO),
        may_skip=begun and not is_settled,
    )


def way_to(move: Move, step: MoveStep, *, is_made: bool) -> tuple[str, str]:
    """The page where a step is done, and what its button says."""
    if move.state == Move.State.CANCELLED:
        return "", ""
    is_draft = move.state == Move.State.DRAFT
    match Step(step.kind):
        case Step.DECISION if is_draft:
            return reverse("moves:decide", args=[move.uuid]), _("Registrer") if move.is_notified else _("Fatt vedtak")
        case Step.NOTICE:
            return reverse("moves:notice", args=[move.uuid]), _("Se flyttemeldingen") if is_made else _("Gjør klar")
        case Step.CLASS if not is_draft:
            return reverse("moves:class", args=[move.uuid]), _("Bytt klasse") if move.group else _("Velg klasse")
        case Step.FILED if is_made and step.document:
            return reverse("documents:page", args=[step.document.uuid]), _("Se meldingen")
        case Step.FILED if not move.student.person.is_protected:
            return reverse("moves:file", args=[move.uuid]), _("Legg inn meldingen")
        case Step.LETTER if not is_draft and is_made and step.document:
            return reverse("documents:page", args=[step.document.uuid]), _("Se brevet")
        case Step.LETTER if not is_draft and not (move.student.person.is_protected and move.kind == Move.Kind.WITHIN):
            return reverse("moves:letter", args=[move.uuid]), _("Skriv brevet")
    return "", ""


def about(move: Move, kind: MoveStep.Kind) -> str:
    """What a step is, for somebody who has not done it before."""
    match kind:
        case Step.DECISION if move.is_notified:
            return _("Siste dag, og hvor eleven skal. Før du lagrer, ser du hva som vil skje.")
        case Step.DECISION:
            return _("Dag, skole og grunn. Før du lagrer, ser du hva som vil skje.")
        case Step.LETTER if move.student.person.is_protected and move.kind == Move.Kind.WITHIN:
            return _("Skriv vedtaket i Elements. Et brev her ville vist hvor eleven skal gå på skole.")
        case Step.LETTER:
            return _("Vedtaket om skoleplass til foresatte. Det går alltid til arkivet.")
        case Step.CLASS:
            return _("Klassen eleven skal gå i på den nye skolen.")
        case Step.REQUEST:
            return _("Be skolen eleven kommer fra, om flyttemelding.")
        case Step.NOTICE if move.kind == Move.Kind.WITHIN:
            return _("Den nye skolen ser den her i systemet.")
        case Step.NOTICE:
            return _("Går til arkivet som reservert. Arkivet sender den til den nye skolen.")
        case Step.FILED if move.student.person.is_protected:
            return _("Legg meldingen i elevmappen i Elements. Her ville den vist hvor eleven skal.")
        case Step.FILED if move.kind == Move.Kind.EXEMPT:
            return _("Legg inn det skriftlige samtykket fra foresatte. Vedtaket om fritak skriver du i Elements.")
        case Step.FILED:
            return _("Legg inn det foresatte har skrevet. Det blir et dokument i elevmappen og går til arkivet.")
        case Step.SFO if move.kind == Move.Kind.WITHIN:
            return _("Minn foresatte på at SFO-plassen må sies opp, og at de må søke på nytt ved den nye skolen.")
    return _("SFO-plassen blir ikke sagt opp av seg selv. Si fra til foresatte om at de må gjøre det.")


@wall.lifted(OWN_WORK)
def guardians_to_name(move: Move) -> list[Person]:
    """Guardians in force whom a document may name."""
    return [person for person in guardians_who_may_permit(move.student) if not person.is_protected]


@wall.lifted(OWN_WORK)
def classes_of(move: Move) -> list[Group]:
    """The classes the pupil can go in at the new school, those of the grade first."""
    rows = Group.objects.filter(
        school=move.to_school, school_year=move.school_year, kind=Group.Kind.HOME_CLASS, closed_on__isnull=True
    )
    return sorted(rows, key=lambda group: (group.grade_level != move.grade_level, group.grade_level or 0, group.name))


@wall.lifted(OWN_WORK)
def notice_of(move: Move) -> tuple[TransferNotice | None, Document | None]:
    """The notice of a case and its newest document."""
    steps = Prefetch("steps", MoveStep.objects.filter(kind=Step.NOTICE).select_related("document"))
    found = Move.objects.prefetch_related(steps).get(pk=move.pk)
    notice = TransferNotice.objects.select_related("permitting_guardian", "duty_by").filter(move=move).first()
    document = next((step.document for step in found.steps.all() if step.document), None)
    if document:
        rows = Document.objects.select_related("document_type", "delivery")
        document = rows.filter(series=document.series).latest("version")
    return notice, document
