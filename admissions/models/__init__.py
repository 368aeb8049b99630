"""School places, moves, and the next school year."""

from admissions.models.letters import LetterBatch, LetterBatchPupil, LetterBatchQuerySet
from admissions.models.moves import Move, MoveQuerySet, MoveStep, TransferNotice
from admissions.models.year import (
    PlaceMove,
    PlannedGroup,
    PlannedPlace,
    PlannedTeacher,
    PuzzleRule,
    SchoolRoute,
    StepDone,
    WrittenRows,
    YearDraft,
    YearJob,
)

__all__ = [
    "LetterBatch",
    "LetterBatchPupil",
    "LetterBatchQuerySet",
    "Move",
    "MoveQuerySet",
    "MoveStep",
    "TransferNotice",
    "PlaceMove",
    "PlannedGroup",
    "PlannedPlace",
    "PlannedTeacher",
    "PuzzleRule",
    "SchoolRoute",
    "StepDone",
    "WrittenRows",
    "YearDraft",
    "YearJob",
]
