"""Who is responsible for a pupil, and what keeps somebody from the pupil whatever the register says."""

from guardians.models.blocks import BlockedAttempt, RelationBlock
from guardians.models.relations import GuardianRelation, GuardianRelationQuerySet, as_typed, children_of

__all__ = ["BlockedAttempt", "GuardianRelation", "GuardianRelationQuerySet", "RelationBlock", "as_typed", "children_of"]
