"""Who is responsible for a pupil, what keeps somebody from the pupil whatever the register says, and what it said."""

from guardians.models.blocks import BlockedAttempt, RelationBlock
from guardians.models.exports import RosterExport
from guardians.models.photo_imports import PhotoImport
from guardians.models.register import (
    PersonMerge,
    RegisterFinding,
    StagedAddress,
    StagedNumber,
    StagedPerson,
    StagedTie,
)
from guardians.models.relations import GuardianRelation, GuardianRelationQuerySet, as_typed, children_of
from guardians.models.sharing import ContactShare, PhotoConsent

__all__ = [
    "BlockedAttempt",
    "ContactShare",
    "GuardianRelation",
    "GuardianRelationQuerySet",
    "PersonMerge",
    "PhotoConsent",
    "PhotoImport",
    "RegisterFinding",
    "RelationBlock",
    "RosterExport",
    "StagedAddress",
    "StagedNumber",
    "StagedPerson",
    "StagedTie",
    "as_typed",
    "children_of",
]
