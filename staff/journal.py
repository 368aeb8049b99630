"""What of employees leaves a change history."""

from accessctl.journal.tracking import track, untracked
from staff.models import (
    Employee,
    IctOrder,
    MissingEmployee,
    OrgUnit,
    PayCode,
    PayLine,
    PlannedLessons,
    Position,
    RoleEnd,
    StagedEmployee,
    SyncLine,
    SyncRun,
    TeachingNorm,
)

track(Employee, person="person_id", hidden=("work_email", "work_phone"))
track(Position)
track(OrgUnit)
track(RoleEnd)
track(MissingEmployee)
track(IctOrder, hidden=("comment",))
track(PayCode)
track(PayLine, hidden=("comment", "answer"))
track(TeachingNorm)
track(PlannedLessons)
untracked(SyncRun, "A log of its own; its lines say what each run changed.")
untracked(SyncLine, "A line of a log: it is written once and says itself what happened.")
untracked(StagedEmployee, "On the way in for the length of one run; what it changes is tracked where it lands.")
