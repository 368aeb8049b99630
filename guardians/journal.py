"""What of guardian relations leaves a change history, and on what ground a guardian reaches a child."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accessctl.journal.pupils import Ground, Pupil, register_grounds, register_subject
from accessctl.journal.tracking import track, untracked
from accessctl.models import AccessEvent
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from guardians.models import BlockedAttempt, GuardianRelation, RelationBlock

track(GuardianRelation, hidden=("named",), pupil="student_id", person="guardian_id", needs=Permission.VIEW_GUARDIANS)

track(
    RelationBlock,
    pupil="student_id",
    person="guardian_id",
    hidden=("named", "reference"),
    needs=Permission.BLOCK_GUARDIAN,
)
untracked(BlockedAttempt, "A log of its own: one row per attempt to let in somebody who is kept out.")


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
