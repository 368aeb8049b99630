"""What of the archive leaves a change history. Titles and what was sent may name a pupil, so they are not in it."""

from accessctl.journal.pupils import register_subject
from accessctl.journal.tracking import track, untracked
from archive.models import (
    ArchiveClass,
    ArchiveFolder,
    ArchiveRun,
    ArchiveSystem,
    CaseOwner,
    Delivery,
    DeliveryAttempt,
    FiksReply,
    FiksRequest,
    LogCheck,
    Peer,
    SchoolArchiveSettings,
    SchoolFolder,
)

track(SchoolArchiveSettings)
track(CaseOwner)
track(SchoolFolder)
track(ArchiveSystem, ignored=("only",))
track(ArchiveClass)
track(ArchiveFolder, hidden=("title", "public_title", "national_id", "steps"), links=("key",))
track(
    Delivery,
    hidden=("title", "record", "steps", "failure_text"),
    ignored=("attempt", "fence", "claimed_at", "lease_until", "next_at", "doubts", "run_id"),
    links=("about",),
)
untracked(ArchiveRun, "A log of its own: one row per pass over the queue.")
untracked(DeliveryAttempt, "A log of its own: one row per attempt, never changed.")
untracked(FiksRequest, "A log of its own: one row per message sent.")
untracked(FiksReply, "A log of its own: one row per message received, never changed but for its place.")
untracked(Peer, "How an archive has answered lately; machinery that is overwritten all the time.")

register_subject(Delivery, "about")
untracked(LogCheck, "Only when somebody last looked; what they were shown is in the access log.")
