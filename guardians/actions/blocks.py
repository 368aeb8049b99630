"""Keeping somebody away from what concerns a pupil. A block works at once and ends only when a person lifts it."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accessctl.models import User
from guardians.actions.protection import close_protected_portals
from guardians.models import BlockedAttempt, GuardianRelation, RelationBlock
from people.apart import people_apart
from people.models import Person
from schoolapp.lib import clock
from students.models import Student


class BlockError(ValueError):
    """The block can not be set or lifted so; the text says why, in words for the screen."""


@transaction.atomic
def block_guardian(
    guardian: Person,
    *,
    student: Student,
    kind: str,
    reference: str,
    by: User,
    valid_from: date | None = None,
    order_ends_on: date | None = None,
    named: str = "",
) -> RelationBlock:
    """Keep `guardian` from everything about `student`, whatever relations there are or come later.

    `named` is what the screens call somebody found by national id: as typed, so that the register tells nothing.

    Raises BlockError when such a block stands already, or when the dates do not fit.
    """
    if kind == RelationBlock.Kind.CARE:
        raise BlockError(
            _("Omsorgsovertakelse gjelder alle foresatte. Registrer den under «Barnevernet har omsorgen».")
        )
    block = set_block(student, guardian, kind, reference, by, valid_from, order_ends_on)
    if named:
        block.named = named
        block.save(update_fields=["named"])
    close_protected_portals(block)
    return block


@transaction.atomic
def take_over_care(
    student: Student, *, reference: str, by: User, valid_from: date | None = None, order_ends_on: date | None = None
) -> RelationBlock:
    """Child welfare has the care of `student`: all guardians are kept out until each is let in (handbook 8.3).

    Guardians who come later, by import or by hand, are kept out too. Raises BlockError when it is registered already.
    """
    block = set_block(student, None, RelationBlock.Kind.CARE, reference, by, valid_from, order_ends_on)
    parents = GuardianRelation.objects.filter(student=student, ground=GuardianRelation.Ground.REGISTER)
    parents.update(opened_despite_care=False)
    close_protected_portals(block)
    return block


def set_block(
    student: Student,
    guardian: Person | None,
    kind: str,
    reference: str,
    by: User,
    valid_from: date | None,
    order_ends_on: date | None,
) -> RelationBlock:
    people_apart(by, guardian, student.person)
    start = valid_from or clock.today()
    if order_ends_on and order_ends_on < start:
        raise BlockError(_("Vedtaket kan ikke ta slutt før det begynner."))
    same = RelationBlock.objects.filter(student=student, guardian=guardian, kind=kind, lifted_at__isnull=True)
    if same.exists():
        raise BlockError(_("Sperren er allerede registrert."))
    return RelationBlock.objects.create(
        student=student,
        guardian=guardian,
        kind=kind,
        reference=reference.strip(),
        valid_from=start,
        order_ends_on=order_ends_on,
        created_by=by,
    )


@transaction.atomic
def prolong_block(block: RelationBlock, *, order_ends_on: date | None, by: User) -> None:
    """Note how long the order now holds. Raises BlockError for a day that has passed, or a block that is lifted."""
    people_apart(by, block.guardian, block.student.person)
    if block.lifted_at:
        raise BlockError(_("Sperren er opphevet. Registrer en ny."))
    if order_ends_on and order_ends_on < clock.today():
        raise BlockError(_("Datoen er passert. Velg en dato fram i tid, eller la feltet stå tomt."))
    block.order_ends_on = order_ends_on
    block.save(update_fields=["order_ends_on"])


@transaction.atomic
def lift_block(block: RelationBlock, *, reason: str, by: User) -> None:
    """Let the register and what is documented decide again. Raises BlockError without a reason."""
    people_apart(by, block.guardian, block.student.person)
    if not reason.strip():
        raise BlockError(_("Skriv hvorfor sperren oppheves."))
    if block.lifted_at:
        return
    block.lifted_at, block.lifted_by, block.lift_reason = clock.now(), by, reason.strip()
    block.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])


@transaction.atomic
def note_attempt(person: Person) -> int:
    """Leave a task for the schools that keep `person` from a pupil: an attempt to log in, once a day for each block.

    Returns how many are new.
    """
    own = RelationBlock.objects.active().filter(guardian=person)
    closed = GuardianRelation.objects.on().filter(guardian=person, opened_despite_care=False).values("student")
    care = RelationBlock.objects.active().filter(guardian__isnull=True, student__in=closed)
    made = [
        BlockedAttempt.objects.get_or_create(block=block, day=clock.today())[1]
        for block in own.union(care, all=True).order_by("pk")
    ]
    return sum(made)


@transaction.atomic
def mark_seen(attempt: BlockedAttempt, *, by: User) -> None:
    """Note that somebody at the school has seen the attempt. The first one stands. Raises OwnCase."""
    people_apart(by, attempt.block.guardian, attempt.block.student.person)
    BlockedAttempt.objects.filter(pk=attempt.pk, seen_at__isnull=True).update(seen_by=by, seen_at=clock.now())
