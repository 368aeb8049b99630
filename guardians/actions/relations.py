"""Writes about who is responsible for a pupil. A relation is closed with a date, never deleted."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.models import User
from guardians.models import GuardianRelation
from people.actions import may_be_called
from people.apart import people_apart
from people.models import Person
from schoolapp.lib import clock
from students.models import Student

State, Ground = GuardianRelation.State, GuardianRelation.Ground
# A decision behind these says who acts for a child whose parents do not.
IN_PLACE_OF_PARENTS = (GuardianRelation.Evidence.CHILD_WELFARE, GuardianRelation.Evidence.REPRESENTATIVE)


class RelationError(ValueError):
    """The relation can not be changed so; the text says why."""


@transaction.atomic
def propose_relation(
    guardian: Person, *, student: Student, ground: str, responsibility: str = "", by: User | None
) -> GuardianRelation:
    """A relation that gives no access until someone confirms it. An open one between the two is returned as it is.

    Raises OwnCase for what concerns `by`, as everything here does.
    """
    people_apart(by, guardian, student.person)
    relation, _created = GuardianRelation.objects.open().get_or_create(
        guardian=guardian,
        student=student,
        defaults={
            "state": State.PROPOSED,
            "ground": ground,
            "responsibility": responsibility,
            "proposed_by": by,
        },
    )
    return relation


@transaction.atomic
def propose_by_hand(
    guardian: Person,
    *,
    student: Student,
    evidence: str,
    reference: str,
    valid_to: date,
    recheck_on: date | None = None,
    named: str = "",
    by: User,
) -> GuardianRelation:
    """Ask for access for somebody the register has no responsibility for, on documentation that another must confirm.

    `named` is what the screens call the person until then. One that has run out is ended first, so that the new
    decision stands alone. Raises RelationError when the two have an open relation, when the end is past, or when the
    person is the child.
    """
    today = clock.today()
    people_apart(by, guardian, student.person)
    if guardian.pk == student.person_id:
        raise RelationError(_("Eleven kan ikke være sin egen foresatte."))
    if valid_to < today:
        raise RelationError(_("Sluttdatoen er passert. Velg en dato fram i tid."))
    standing = GuardianRelation.objects.open().filter(guardian=guardian, student=student).first()
    if standing and (standing.valid_to is None or standing.valid_to >= today):
        raise RelationError(_("Det finnes allerede en relasjon. Åpne den, og endre den der."))
    if standing:
        end_relation(standing, by=by)
    return GuardianRelation.objects.create(
        guardian=guardian,
        student=student,
        state=State.PROPOSED,
        ground=Ground.MANUAL,
        evidence=evidence,
        reference=reference.strip(),
        named=named,
        valid_from=today,
        valid_to=valid_to,
        recheck_on=min(recheck_on or valid_to, valid_to),
        proposed_by=by,
    )


@transaction.atomic
def confirm_relation(relation: GuardianRelation, *, by: User | None) -> None:
    """Let a proposed relation give access; the portal stays closed where the child or a guardian is protected.

    Raises RelationError for one that is not proposed, when the one who proposed it would confirm it, and when the
    number turns out to be that of somebody called something else than was typed.
    """
    locked = locked_relation(relation)
    people_apart(by, *parties(locked))
    if locked.state == State.ENDED:
        raise RelationError(_("Relasjonen er avsluttet. Foreslå en ny."))
    if locked.state == State.VERIFIED:
        raise RelationError(_("Relasjonen er allerede godkjent."))
    if by is not None and by.pk == locked.proposed_by_id:
        raise RelationError(_("Du kan ikke godkjenne ditt eget forslag. Be en kollega om det."))
    if locked.ground == Ground.MANUAL and (by is None or locked.proposed_by_id is None):
        raise RelationError(_("To personer må stå bak en relasjon som er dokumentert for hånd."))
    if locked.named and not may_be_called(locked.guardian, locked.named):
        raise RelationError(_("Navnet i forslaget kan ikke bekreftes. Avslå forslaget, og kontroller dokumentasjonen."))
    locked.state = State.VERIFIED
    locked.confirmed_by, locked.confirmed_at = by, clock.now()
    locked.portal_enabled = locked.portal_enabled and not protected_family(locked.student)
    locked.opened_despite_care = locked.evidence in IN_PLACE_OF_PARENTS
    locked.save()
    relation.refresh_from_db()


@transaction.atomic
def reject_relation(relation: GuardianRelation, *, reason: str, by: User) -> None:
    """Refuse a proposal, with the reason kept. Raises RelationError without one, or when it is no proposal."""
    locked = locked_relation(relation)
    people_apart(by, *parties(locked))
    if locked.state != State.PROPOSED:
        raise RelationError(_("Forslaget er allerede avgjort."))
    end_relation(locked, by=by, reason=reason)


@transaction.atomic
def end_relation(relation: GuardianRelation, *, by: User | None, reason: str = "") -> None:
    """End the relation and its access now. Raises RelationError when a person gives no reason."""
    people_apart(by, *parties(relation))
    if by is not None and relation.state != State.PROPOSED and not reason.strip() and is_in_date(relation):
        raise RelationError(_("Skriv hvorfor tilgangen avsluttes."))
    if relation.state == State.ENDED:
        return
    relation.state = State.ENDED
    last_day = relation.valid_to if relation.valid_to and not is_in_date(relation) else clock.today()
    relation.valid_to = max(relation.valid_from, last_day)
    relation.end_reason = reason.strip()
    relation.save(update_fields=["state", "valid_to", "end_reason"])


def is_in_date(relation: GuardianRelation) -> bool:
    return relation.valid_to is None or relation.valid_to >= clock.today()


@transaction.atomic
def recheck_relation(relation: GuardianRelation, *, next_on: date, by: User) -> None:
    """Note that somebody has looked at the documentation again; the next time is at the latest when it runs out.

    It gives no longer access than two people agreed on. Raises RelationError when the day has passed.
    """
    people_apart(by, *parties(relation))
    if next_on <= clock.today():
        raise RelationError(_("Velg en dato fram i tid."))
    relation.recheck_on = min(next_on, relation.valid_to or next_on)
    relation.save(update_fields=["recheck_on"])


@transaction.atomic
def let_in_despite_care(relation: GuardianRelation, *, reason: str, by: User) -> None:
    """Open for one guardian of a child in care, as child welfare has said. Raises RelationError without a reason."""
    people_apart(by, *parties(relation))
    if not reason.strip():
        raise RelationError(_("Skriv hva barnevernet har sagt om tilgang, for eksempel vedtaksdato."))
    relation.opened_despite_care = True
    relation.save(update_fields=["opened_despite_care"])


@transaction.atomic
def set_receiving(relation: GuardianRelation, *, receives: bool, by: User) -> None:
    """Whether messages and letters are sent to this guardian. What the portal shows stays the same."""
    people_apart(by, *parties(relation))
    relation.receives_information = receives
    relation.save(update_fields=["receives_information"])


def parties(relation: GuardianRelation) -> tuple[Person, Person]:
    return relation.guardian, relation.student.person


def locked_relation(relation: GuardianRelation) -> GuardianRelation:
    rows = GuardianRelation.objects.select_for_update(of=("self",)).select_related("student__person")
    return rows.get(pk=relation.pk)


def protected_family(student: Student) -> bool:
    """Whether the child or anyone with an open relation to it has address protection."""
    if student.person.is_protected:
        return True
    relations = student.guardian_relations.open().select_related("guardian")
    with wall.lifted("a protected guardian counts also for those who may not know of them"):
        return any(relation.guardian.is_protected for relation in relations)
