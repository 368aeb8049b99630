"""What of guardian relations leaves a change history, and on what ground a guardian reaches a child."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accessctl.journal.pupils import Ground, Pupil, register_grounds, register_subject
from accessctl.journal.tracking import track, untracked
from accessctl.models import AccessEvent
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from guardians.models import (
    BlockedAttempt,
    ContactShare,
    GuardianRelation,
    PersonMerge,
    PhotoConsent,
    PhotoImport,
    RegisterFinding,
    RelationBlock,
    RosterExport,
    StagedAddress,
    StagedNumber,
    StagedPerson,
    StagedTie,
)

track(GuardianRelation, hidden=("named",), pupil="student_id", person="guardian_id", needs=Permission.VIEW_GUARDIANS)

track(
    RelationBlock,
    pupil="student_id",
    person="guardian_id",
    hidden=("named", "reference"),
    needs=Permission.BLOCK_GUARDIAN,
)
track(ContactShare, pupil="student_id", person="guardian_id", needs=Permission.VIEW_GUARDIANS)
track(PhotoConsent, pupil="student_id", person="person_id", needs=Permission.VIEW_PUPIL)
untracked(BlockedAttempt, "A log of its own: one row per attempt to let in somebody who is kept out.")
untracked(RegisterFinding, "A log of its own: what each run found, who decided, and when.")
untracked(RosterExport, "A log of its own: who asked for which file, and when; each pupil in it is in the access log.")
untracked(PhotoImport, "Work on its way; each pupil who got a photo is in the access log.")
untracked(PersonMerge, "A log of its own: the rows that move are tracked in their own tables.")
for staged in (StagedPerson, StagedAddress, StagedTie, StagedNumber):
    untracked(staged, "What a run has read, kept only until it is written to the registers that are tracked.")


def as_guardian(user: Any, known: Mapping[UUID, Pupil]) -> dict[UUID, Ground]:
    if not scope_of(user).reach(Permission.VIEW_OWN_CHILDREN).own_children:
        return {}
    own = GuardianRelation.objects.giving_access().filter(guardian__user=user, student__uuid__in=known)
    ground = Ground("Foresatt", "Egen forelder", AccessEvent.Basis.OWN_CHILD)
    return dict.fromkeys(own.values_list("student__uuid", flat=True), ground)


register_grounds(as_guardian, order=10)

register_subject(GuardianRelation, "student__uuid")
register_subject(RelationBlock, "student__uuid")
register_subject(BlockedAttempt, "block__student__uuid")
register_subject(PhotoConsent, "student__uuid")
