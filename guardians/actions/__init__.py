"""Writes about who is responsible for a pupil, who is kept out, and the protection of a family."""

from guardians.actions.blocks import (
    BlockError,
    block_guardian,
    lift_block,
    mark_seen,
    note_attempt,
    prolong_block,
    take_over_care,
)
from guardians.actions.protection import close_portals, end_sight, give_sight, set_portal, shield_family
from guardians.actions.relations import (
    RelationError,
    confirm_relation,
    end_relation,
    let_in_despite_care,
    propose_by_hand,
    propose_relation,
    protected_family,
    recheck_relation,
    reject_relation,
    set_receiving,
)

__all__ = [
    "BlockError",
    "RelationError",
    "block_guardian",
    "close_portals",
    "confirm_relation",
    "end_relation",
    "end_sight",
    "give_sight",
    "let_in_despite_care",
    "lift_block",
    "mark_seen",
    "note_attempt",
    "prolong_block",
    "propose_by_hand",
    "propose_relation",
    "protected_family",
    "recheck_relation",
    "reject_relation",
    "set_portal",
    "set_receiving",
    "shield_family",
    "take_over_care",
]
