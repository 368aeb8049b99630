"""What of letters leaves a change history. What SvarUt tells, and whom a letter is to, is not in it."""

from accessctl.journal.pupils import register_subject
from accessctl.journal.tracking import track, untracked
from messaging.models import Dispatch, DispatchAttempt, Peer, Price

track(Price)
track(
    Dispatch,
    hidden=("letter", "failure_text", "events", "title"),
    ignored=(
        "attempt", "fence", "claimed_at", "lease_until", "next_at", "doubts", "next_poll_at", "former_ids", "status_at",
    ),
    links=("about",),
)  # fmt: skip
untracked(DispatchAttempt, "A log of its own: one row per attempt, never changed.")
untracked(Peer, "How a channel has answered lately; machinery that is overwritten all the time.")

register_subject(Dispatch, "about")
