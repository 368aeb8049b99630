"""Bringing relations in line with what the register says about parental responsibility.

No documented responsibility, no relation. A responsibility that is lost closes the relation; one that comes back is
only proposed, since a person may have closed it for a reason the register does not know. Relations documented by hand
are left alone.
"""

from collections import Counter
from dataclasses import dataclass, field

from guardians.actions import close_portals
from guardians.models import GuardianRelation
from people.models import Person
from people.register.remarks import Code, Remark
from people.register.shape import RegisterChild, RegisterGuardian
from schoolapp.lib import clock
from students.models import Student

State, Ground = GuardianRelation.State, GuardianRelation.Ground


@dataclass
class Synced:
    counts: Counter[str] = field(default_factory=Counter)
    remarks: list[Remark] = field(default_factory=list)


@dataclass
class Pending:
    """Rows of one batch on their way to the database."""

    created: list[GuardianRelation] = field(default_factory=list)
    changed: list[GuardianRelation] = field(default_factory=list)
    run_out: list[GuardianRelation] = field(default_factory=list)


def sync_relations(
    children: list[tuple[RegisterChild, Student]], persons: dict[str, Person], raised: set[int]
) -> Synced:
    """Relations of a batch of children, with a fixed number of queries. `raised` are persons newly protected."""
    synced, pending = Synced(), Pending()
    standing: dict[int, dict[int, list[GuardianRelation]]] = {}
    rows = GuardianRelation.objects.filter(student__in=[student.pk for _child, student in children])
    for row in rows.select_for_update().order_by("pk"):
        standing.setdefault(row.student_id, {}).setdefault(row.guardian_id, []).append(row)
    for child, student in children:
        sync_child(child, student, standing.get(student.pk, {}), persons, synced, pending)
    GuardianRelation.objects.bulk_update(
        pending.changed + pending.run_out, ["state", "valid_to", "responsibility", "portal_enabled"], batch_size=2000
    )
    GuardianRelation.objects.bulk_create(pending.created, batch_size=2000)
    synced.counts["portals_closed"] += close_portals(raised, pending.created)
    return synced


def sync_child(
    child: RegisterChild,
    student: Student,
    standing: dict[int, list[GuardianRelation]],
    persons: dict[str, Person],
    synced: Synced,
    pending: Pending,
) -> None:
    named = {persons[g.number].pk: g for g in child.guardians}
    end_run_out(standing, pending)
    has_access = False
    for guardian_id, rows in standing.items():
        for row in rows:
            if row.state == State.ENDED:
                continue
            if row.ground == Ground.REGISTER:
                update_open(row, named.get(guardian_id), child, synced, pending)
            has_access |= row.state == State.VERIFIED
    for guardian_id, guardian in named.items():
        rows = standing.get(guardian_id, [])
        # A row closed in this very run is a loss, not a return.
        if not guardian.grants or any(row.state != State.ENDED or row in pending.changed for row in rows):
            continue
        relation = GuardianRelation(
            guardian_id=guardian_id,
            student=student,
            state=State.PROPOSED if rows else State.VERIFIED,
            ground=Ground.REGISTER,
            responsibility=guardian.responsibility,
        )
        pending.created.append(relation)
        has_access |= relation.state == State.VERIFIED
        synced.counts["relations_proposed" if rows else "relations_created"] += 1
        if rows:
            synced.remarks.append(Remark(child.record, Code.RELATION_BACK.value))
    if not has_access:
        synced.remarks.append(Remark(child.record, Code.NO_GUARDIAN.value))


def end_run_out(standing: dict[int, list[GuardianRelation]], pending: Pending) -> None:
    """What was documented by hand and has run out is over, so that what the register says can be proposed."""
    for row in (row for rows in standing.values() for row in rows):
        if row.state != State.ENDED and row.ground == Ground.MANUAL and row.valid_to and row.valid_to < clock.today():
            row.state = State.ENDED
            pending.run_out.append(row)


def update_open(
    row: GuardianRelation, guardian: RegisterGuardian | None, child: RegisterChild, synced: Synced, pending: Pending
) -> None:
    """Keep, close for a while, or end an open relation that rests on the register."""
    if guardian is None or (guardian.is_understood and not guardian.grants):
        row.state = State.ENDED
        row.valid_to = max(row.valid_from, clock.today())
        pending.changed.append(row)
        synced.counts["relations_ended"] += 1
        synced.remarks.append(Remark(child.record, Code.RELATION_ENDED.value))
        return
    if row.responsibility == guardian.responsibility:
        return
    row.responsibility = guardian.responsibility
    if not guardian.grants and row.portal_enabled:
        # A value we do not know: neither proof of a loss nor of a right. A person decides; until then, no access.
        row.portal_enabled = False
        synced.remarks.append(Remark(child.record, Code.PORTAL_CLOSED.value))
    pending.changed.append(row)
    synced.counts["relations_updated"] += 1
