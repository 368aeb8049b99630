"""What a person decides about what a run found: approved or turned down, one by one or many at a time."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.audit import record_event
from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from guardians.actions import confirm_relation, end_relation, protected_family, reject_relation, set_portal
from guardians.models import GuardianRelation, RegisterFinding
from people.actions import propose_lower
from people.apart import people_apart
from people.models import Person, Protection
from schoolapp.lib import clock
from students.actions import leave_school
from students.models import Enrolment, Student

Kind, State = RegisterFinding.Kind, RegisterFinding.State
OPEN = GuardianRelation.State


class DecisionError(ValueError):
    """It can not be decided so; the text says why, in words for the screen."""


@dataclass(frozen=True)
class Effect:
    """What approving and turning down would do, in words; a finding without `approve` is decided elsewhere."""

    approve: str
    reject: str


def effect_of(finding: RegisterFinding) -> Effect:
    return EFFECTS[Kind(finding.kind)]()


EFFECTS = {
    Kind.NEW_GUARDIAN: lambda: Effect(
        _("Foresatte får tilgang til barnet i portalen. Har familien adressesperre, er portalen stengt til den åpnes."),
        _("Relasjonen opprettes ikke. Folkeregisteret spør ikke igjen om det samme."),
    ),
    Kind.LOST_GUARDIAN: lambda: Effect(
        _("Relasjonen avsluttes i dag. Tilgangen har vært stengt siden innlesingen."),
        _("Relasjonen står, og tilgangen åpnes igjen hvis den var åpen."),
    ),
    Kind.DEAD: lambda: Effect(
        _("Dødsfallet registreres, og relasjonene til barna avsluttes. En elevplass avsluttes av skolen."),
        _("Ingenting endres."),
    ),
    Kind.MOVED_OUT: lambda: Effect(
        _("Elevplassen og gruppene avsluttes i dag med «flyttet ut»."), _("Elevplassen står.")
    ),
    Kind.LOST_PROTECTION: lambda: Effect(
        _("Det lages et forslag om å senke sperren. Den står til en kollega også har godkjent."),
        _("Sperren står som den er."),
    ),
    Kind.DUPLICATE: lambda: Effect("", _("De to regnes som to personer, og det spørres ikke igjen.")),
}


def may_see(user: User, person: Person, student: Student | None = None) -> bool:
    """Whether the user may know who this is: protected persons only with the right to see them (ADR 1)."""
    if person.protection == Protection.NONE:
        return True
    reach = scope_of(user).reach(Permission.SEE_PROTECTED)
    return reach.everything or bool(student and student.school_id and reach.covers_school(student.school_id))


def may_decide(user: User, finding: RegisterFinding) -> bool:
    """Whether the user may decide: it waits, both persons may be known, and protection is decided by its officers."""
    if finding.state != State.WAITING or not may_see(user, finding.person):
        return False
    if finding.other is not None and not may_see(user, finding.other):
        return False
    return finding.kind != Kind.LOST_PROTECTION or user.holds(Permission.MANAGE_PROTECTION)


@transaction.atomic
@wall.lifted("a run is about everybody; that the user may know of these persons is judged first")
def decide(finding: RegisterFinding, *, approve: bool, reason: str = "", by: User) -> None:
    """Do what the finding asks for, or turn it down. Raises DecisionError, OwnCase, and what the actions raise."""
    locked = (
        RegisterFinding.objects.select_for_update(of=("self",)).select_related("person", "other").get(pk=finding.pk)
    )
    if locked.state != State.WAITING:
        raise DecisionError(_("Noen har allerede avgjort dette."))
    if not may_decide(by, locked):
        raise DecisionError(_("Dette avgjøres av dem som har ansvar for adressesperre."))
    people_apart(by, locked.person, locked.other)
    if approve and not effect_of(locked).approve:
        raise DecisionError(_("Se på de to sammen, og slå dem sammen derfra."))
    (APPROVED if approve else REJECTED).get(Kind(locked.kind), nothing)(locked, reason.strip(), by)
    locked.state = State.APPROVED if approve else State.REJECTED
    locked.decided_by, locked.decided_at, locked.reason = by, clock.now(), reason.strip()[:300]
    locked.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    record_event(by, "decide_register", locked, what=str(locked.get_kind_display()), reason=reason.strip()[:300])


def relation_of(finding: RegisterFinding) -> GuardianRelation:
    found = GuardianRelation.objects.select_related("guardian", "student__person").filter(pk=finding.relation or 0)
    relation = found.first()
    if relation is None:
        raise DecisionError(_("Relasjonen finnes ikke lenger."))
    return relation


def open_for_guardian(finding: RegisterFinding, reason: str, by: User) -> None:
    relation = relation_of(finding)
    if relation.state == OPEN.PROPOSED:
        confirm_relation(relation, by=by)


def turn_guardian_down(finding: RegisterFinding, reason: str, by: User) -> None:
    if not reason:
        raise DecisionError(_("Skriv hvorfor den foresatte ikke skal ha tilgang."))
    relation = relation_of(finding)
    if relation.state == OPEN.PROPOSED:
        reject_relation(relation, reason=reason, by=by)


def end_for_guardian(finding: RegisterFinding, reason: str, by: User) -> None:
    end_relation(relation_of(finding), by=by, reason=reason or _("Ikke lenger foreldreansvar i Folkeregisteret."))


def let_guardian_in_again(finding: RegisterFinding, reason: str, by: User) -> None:
    relation = relation_of(finding)
    is_open = relation.state == OPEN.VERIFIED and finding.portal_was_open
    if is_open and not protected_family(relation.student):
        set_portal(relation, enabled=True, by=by, reason=reason)


def note_death(finding: RegisterFinding, reason: str, by: User) -> None:
    """The day is that of the decision, since the source does not tell it."""
    Person.objects.filter(pk=finding.person_id, deceased_on__isnull=True).update(deceased_on=clock.today())
    text = reason or _("Død ifølge Folkeregisteret.")
    for relation in (
        GuardianRelation.objects.open().filter(guardian=finding.person_id).select_related("guardian", "student__person")
    ):
        end_relation(relation, by=by, reason=text)
    RegisterFinding.objects.waiting().filter(
        Q(kind=Kind.LOST_GUARDIAN) | Q(kind=Kind.NEW_GUARDIAN), person=finding.person_id
    ).update(state=State.APPROVED, decided_by=by, decided_at=clock.now(), reason=text)


def end_place(finding: RegisterFinding, reason: str, by: User) -> None:
    student = Student.objects.filter(person=finding.person_id).first()
    if student is not None and student.school_id:
        leave_school(student, state=Enrolment.State.MOVED_OUT, by=by)


def ask_to_lower(finding: RegisterFinding, reason: str, by: User) -> None:
    propose_lower(
        finding.person, level=finding.detail, reason=reason or _("Lavere adressesperre i Folkeregisteret."), by=by
    )


def nothing(finding: RegisterFinding, reason: str, by: User) -> None:
    """Turning it down leaves everything as it is."""


APPROVED = {
    Kind.NEW_GUARDIAN: open_for_guardian,
    Kind.LOST_GUARDIAN: end_for_guardian,
    Kind.DEAD: note_death,
    Kind.MOVED_OUT: end_place,
    Kind.LOST_PROTECTION: ask_to_lower,
}
REJECTED = {Kind.NEW_GUARDIAN: turn_guardian_down, Kind.LOST_GUARDIAN: let_guardian_in_again}
