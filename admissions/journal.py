"""What of school places, moves and the next school year leaves a change history."""

from accessctl.journal.pupils import register_subject
from accessctl.journal.tracking import track, untracked
from accessctl.permissions import Permission
from admissions.models import (
    LetterBatch,
    LetterBatchPupil,
    Move,
    MoveStep,
    PlaceMove,
    PlannedGroup,
    PlannedPlace,
    PlannedTeacher,
    PuzzleRule,
    SchoolRoute,
    StepDone,
    TransferNotice,
    WrittenRows,
    YearDraft,
    YearJob,
)

A_PLAN = "is a plan nobody acts on; what is published of it leaves a history where it is written"
track(YearDraft)
track(SchoolRoute)
track(StepDone)
untracked(PlannedGroup, A_PLAN)
untracked(PlannedPlace, A_PLAN)
untracked(PlannedTeacher, A_PLAN)
untracked(PuzzleRule, A_PLAN)
untracked(PlaceMove, "is itself the note of a change")
untracked(WrittenRows, "is itself the note of a change")
untracked(YearJob, "is itself the note of a change")

# Where somebody moves from and to is told by the places themselves, to those who see the pupil in them.
track(
    Move,
    pupil="student_id",
    hidden=("from_school_id", "to_school_id", "elsewhere", "group_id", "reason", "problem"),
    ignored=("effects",),
    needs=Permission.EDIT_PUPIL,
)
track(MoveStep, hidden=("note",))
track(TransferNotice, hidden=("extra", "duty", "duty_ground"))

register_subject(Move, "student__uuid")
untracked(LetterBatch, "is itself the note of what was sent; each letter leaves a history as a document")
untracked(LetterBatchPupil, "is itself the note of what was sent; each letter leaves a history as a document")
