"""Writes about a move: begin it, decide it, do its steps, take it back. Nothing happens to a place before its day."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.audit import record_event
from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from admissions.models import Move, MoveStep, TransferNotice
from admissions.models.moves import is_officer
from admissions.moves import effects
from admissions.moves.errors import MoveError
from admissions.moves.rules import ARRIVALS, LEAVING, has_grade, may_begin_on, steps_of
from documents.models import Document
from schoolapp.lib import clock
from schools.models import SchoolYear
from students.actions import lock
from students.models import Enrolment, Group, Student

State, Step = Move.State, MoveStep.Kind
OWN_WORK = "whoever handles a move deals with a pupil who comes from, or goes to, where they do not reach"


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided in a move. A school, grade and class only for those who come to one."""

    first_day: date
    to_school: School | None = None
    grade_level: int | None = None
    group: Group | None = None
    elsewhere: str = ""
    reason: str = ""
    is_imposed: bool = False


@transaction.atomic
@wall.lifted(OWN_WORK)
def start(student: Student, *, kind: str, by: User, to_school: School | None = None) -> Move:
    """Begin a case, as a draft that can be left and taken up again. The same case begun twice is one.

    Raises MoveError when it is not the user's to begin, when another case about the pupil is open, and when the pupil
    has no place to leave, or has one already.
    """
    lock(student)
    student = Student.objects.select_related("person", "school").get(pk=student.pk)
    check_may_handle(by, student, school=to_school if kind in ARRIVALS else student.school)
    open_case = Move.objects.open().filter(student=student).first()
    if open_case is not None:
        if open_case.kind == kind:
            return open_case
        raise MoveError(_("Det er allerede begynt på en annen flytting for eleven. Fullfør eller avbryt den først."))
    year = SchoolYear.objects.filter(state=SchoolYear.State.CURRENT).first()
    if year is None:
        raise MoveError(_("Det er ikke satt noe inneværende skoleår. Be kommunen sette det først."))
    has_place = student.enrolments.filter(school_year=year, state=Enrolment.State.ACTIVE).exists()
    if kind in LEAVING and not has_place:
        raise MoveError(_("Eleven har ingen skoleplass å slutte i."))
    if kind in ARRIVALS and has_place:
        raise MoveError(_("Eleven har allerede en skoleplass i kommunen. Velg bytte av skole i stedet."))
    move = Move.objects.create(
        student=student,
        kind=kind,
        school_year=year,
        from_school=student.school,
        to_school=to_school if kind in ARRIVALS else None,
        grade_level=student.grade_level,
        created_by=by,
    )
    sfo = student.memberships.on().filter(group__kind=Group.Kind.SFO_GROUP)
    steps = steps_of(kind, grade_level=student.grade_level, is_in_sfo=sfo.exists())
    MoveStep.objects.bulk_create(MoveStep(move=move, kind=step) for step in steps)
    if Step.NOTICE in steps:
        TransferNotice.objects.create(move=move)
    record_event(by, "start_move", move)
    return move


def check_may_handle(by: User, student: Student, *, school: School | None) -> None:
    """Raise MoveError unless `by` may handle the moves of this pupil at this school."""
    if student.person.is_protected:
        if not is_officer(by):
            raise MoveError(_("Kommunens ansvarlige for adressesperre må behandle denne flyttingen."))
        return
    reach = scope_of(by).reach(Permission.EDIT_PUPIL)
    if not (reach.everything or (school is not None and reach.covers_school(school.pk))):
        raise MoveError(_("Rollene dine lar deg ikke behandle flytting ved denne skolen."))


def may_handle(by: User, move: Move) -> bool:
    """Whether `by` may decide the case and give it up: who comes is the new school's, who goes is the old one's."""
    try:
        check_may_handle(by, move.student, school=move.to_school if move.is_arrival else move.from_school)
    except MoveError:
        return False
    return True


def check_may_do(by: User, move: Move, kind: str) -> None:
    """Raise MoveError unless the step is of `by`'s school (handbook 2.3).

    Within the municipality the class is chosen where the pupil comes, the transfer notice is made and SFO told of where
    the pupil comes from, and both may write the letter.
    """
    schools = {move.to_school} if move.is_arrival else {move.from_school}
    if move.kind == Move.Kind.WITHIN and kind in (Step.CLASS, Step.LETTER):
        schools = {move.to_school} if kind == Step.CLASS else {move.from_school, move.to_school}
    reach = scope_of(by).reach(Permission.EDIT_PUPIL)
    is_own = any(reach.covers_school(school.pk) for school in schools if school)
    if not (is_officer(by) if move.student.person.is_protected else is_own):
        raise MoveError(_("Dette steget er det den andre skolen som gjør."))


def may_do(by: User, move: Move, kind: str) -> bool:
    """Whether the step is of this user's school."""
    try:
        check_may_do(by, move, kind)
    except MoveError:
        return False
    return True


def locked(move: Move) -> Move:
    """The stored case, locked for this transaction, with the pupil and the schools."""
    lock(move.student)
    rows = Move.objects.select_for_update(of=("self",))
    return rows.select_related("student__person", "from_school", "to_school", "school_year", "group").get(pk=move.pk)


@transaction.atomic
@wall.lifted(OWN_WORK)
def decide(move: Move, *, decision: Decision, by: User, is_trial: bool = False) -> Move:
    """Decide the move. Who comes to a school without having left one here gets the place at once, from its first day.

    Everybody else keeps the place until the day; a day that has come takes effect now. A trial checks everything and
    saves nothing. Raises MoveError for what can not be.
    """
    stored = locked(move)
    check_may_handle(by, stored.student, school=stored.to_school if stored.is_arrival else stored.from_school)
    if stored.state != State.DRAFT:
        raise MoveError(_("Flyttingen er allerede vedtatt. Rett eller avbryt den i stedet."))
    check(stored, decision, by)
    if is_trial:
        return stored
    lay_down(stored, decision)
    stored.state, stored.decided_by, stored.decided_at = State.DECIDED, by, clock.now()
    stored.save()
    mark(stored, Step.DECISION, MoveStep.State.DONE, by=by)
    if stored.group:
        mark(stored, Step.CLASS, MoveStep.State.DONE, by=by)
    record_event(by, "decide_move", stored)
    if stored.is_arrival:
        effects.give_place(stored, by=by)
    if decision.first_day <= clock.today():
        effects.carry_out(stored, by=by)
    return stored


def lay_down(move: Move, decision: Decision) -> None:
    """Write the decision on the case. Not saved."""
    move.first_day, move.elsewhere, move.reason = (
        decision.first_day,
        decision.elsewhere.strip(),
        decision.reason.strip(),
    )
    if move.kind in (Move.Kind.WITHIN, *ARRIVALS):
        move.to_school, move.grade_level, move.group = decision.to_school, decision.grade_level, decision.group
    move.is_imposed = decision.is_imposed


def check(move: Move, decision: Decision, by: User) -> None:
    """Raise MoveError for a decision that does not hold together, or that is not `by`'s to make."""
    year, active = move.school_year, effects.active_place(move)
    days = (year.starts_on, year.ends_on)
    since = active.valid_from if active and not move.is_arrival else None
    if not may_begin_on(decision.first_day, place_since=since, year=days):
        raise MoveError(_("Dagen må være i skoleåret %(year)s, og etter at eleven begynte på skolen.") % {"year": year})
    if decision.is_imposed and not (scope_of(by).reach(Permission.EDIT_PUPIL).everything or is_officer(by)):
        raise MoveError(_("Bare kommunen kan vedta pålagt skolebytte. Det kan ikke overlates til skolen."))
    if move.kind not in (Move.Kind.WITHIN, *ARRIVALS):
        return
    school, grade, group = decision.to_school, decision.grade_level, decision.group
    if school is None or grade is None:
        raise MoveError(_("Velg skole og trinn."))
    if move.kind == Move.Kind.WITHIN and school.pk == move.from_school_id:
        raise MoveError(_("Eleven går på denne skolen. Velg en annen."))
    if not has_grade(school.kind, grade):
        raise MoveError(_("%(school)s har ikke %(grade)s. trinn.") % {"school": school, "grade": grade})
    if group and (group.school_id, group.school_year_id, group.kind) != (school.pk, year.pk, Group.Kind.HOME_CLASS):
        raise MoveError(_("Klassen hører ikke til skolen eleven skal gå på."))
    if group and group.grade_level not in (None, grade):
        raise MoveError(_("%(class)s er ikke en klasse på %(grade)s. trinn.") % {"class": group.name, "grade": grade})
    if not decision.reason.strip():
        raise MoveError(_("Skriv en begrunnelse for vedtaket."))


def mark(move: Move, kind: str, state: str, *, by: User | None, note: str = "") -> None:
    """Set a step of the case; a kind of move without that step has nothing to set."""
    move.steps.filter(kind=kind).update(state=state, note=note.strip()[:300], by=by, at=clock.now())


@transaction.atomic
@wall.lifted(OWN_WORK)
def mark_step(move: Move, *, kind: str, state: str, note: str, by: User) -> None:
    """Say that a step is done, not needed, or open after all. Raises MoveError for what only doing it can settle."""
    stored = locked(move)
    if kind == Step.DECISION or stored.state == State.CANCELLED:
        raise MoveError(_("Dette steget kan ikke endres slik."))
    check_may_do(by, stored, kind)
    if kind in (Step.LETTER, Step.CLASS, Step.NOTICE) and state == MoveStep.State.DONE:
        raise MoveError(_("Steget blir gjort når du gjør det herfra. Trengs det ikke, skriver du hvorfor."))
    if state == MoveStep.State.NOT_NEEDED and not note.strip():
        raise MoveError(_("Skriv hvorfor steget ikke er nødvendig."))
    mark(stored, kind, state, by=by, note=note)
    record_event(by, "move_step", stored)


@transaction.atomic
@wall.lifted(OWN_WORK)
def place(move: Move, *, group: Group, by: User) -> None:
    """Choose the class at the new school, before the day or after it. Raises MoveError."""
    stored = locked(move)
    if stored.state not in (State.DECIDED, State.DONE) or stored.to_school is None:
        raise MoveError(_("Flyttingen må være vedtatt før du velger klasse."))
    check_may_do(by, stored, Step.CLASS)
    wanted = (stored.to_school_id, stored.school_year_id, Group.Kind.HOME_CLASS)
    if (group.school_id, group.school_year_id, group.kind) != wanted:
        raise MoveError(_("Klassen hører ikke til skolen eleven skal gå på."))
    effects.choose_class(stored, group=group, by=by)
    mark(stored, Step.CLASS, MoveStep.State.DONE, by=by)
    record_event(by, "move_class", stored)


@transaction.atomic
@wall.lifted(OWN_WORK)
def cancel(move: Move, *, by: User) -> None:
    """Give up a case that has not taken effect; a place that was given but not begun is taken away again.

    Raises MoveError when it has taken effect, and for a school whose case it is not.
    """
    stored = locked(move)
    check_may_handle(by, stored.student, school=stored.to_school if stored.is_arrival else stored.from_school)
    if not stored.is_open:
        raise MoveError(_("Flyttingen er gjennomført. Angre den i stedet."))
    if stored.state == State.DECIDED:
        effects.take_back(stored)
    stored.state = State.CANCELLED
    stored.save(update_fields=["state"])
    stored.steps.filter(document__state=Document.State.DRAFT).update(document=None)
    record_event(by, "cancel_move", stored)


@transaction.atomic
@wall.lifted(OWN_WORK)
def undo(move: Move, *, by: User) -> None:
    """Take back a move that was carried out: the old place and groups stand again as they were.

    Both the school that decided it and the one the pupil has come to may do so. Raises MoveError.
    """
    stored = locked(move)
    if not may_handle(by, stored):
        check_may_handle(by, stored.student, school=stored.to_school or stored.from_school)
    if stored.state != State.DONE:
        raise MoveError(_("Bare en gjennomført flytting kan angres."))
    effects.take_back(stored)
    stored.state, stored.done_at = State.CANCELLED, None
    stored.save(update_fields=["state", "done_at"])
    record_event(by, "undo_move", stored)


@transaction.atomic
@wall.lifted(OWN_WORK)
def change_day(move: Move, *, first_day: date, by: User) -> Move:
    """Let a decided or finished move hold from another day; everything that followed from it follows along."""
    stored = locked(move)
    check_may_handle(by, stored.student, school=stored.to_school if stored.is_arrival else stored.from_school)
    if stored.state not in (State.DECIDED, State.DONE):
        raise MoveError(_("Flyttingen har ingen dag å endre."))
    if stored.state == State.DONE or stored.is_arrival:
        effects.take_back(stored)
    active = effects.active_place(stored)
    since = active.valid_from if active and not stored.is_arrival else None
    year = stored.school_year
    if not may_begin_on(first_day, place_since=since, year=(year.starts_on, year.ends_on)):
        raise MoveError(_("Dagen må være i skoleåret %(year)s, og etter at eleven begynte på skolen.") % {"year": year})
    stored.first_day, stored.state, stored.done_at, stored.problem = first_day, State.DECIDED, None, ""
    stored.save()
    if stored.is_arrival:
        effects.give_place(stored, by=by)
    if first_day <= clock.today():
        effects.carry_out(stored, by=by)
    record_event(by, "change_move_day", stored)
    return stored
