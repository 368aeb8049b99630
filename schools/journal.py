"""What of the school year leaves a change history."""

from accessctl.journal.tracking import track, untracked
from schools.models import CalendarEntry, CalendarFeed, DutyDate, DutyDone, SchoolYear, Subject, SubjectSnapshot

track(SchoolYear)
track(CalendarEntry)
track(DutyDate)
track(DutyDone)
track(Subject)
untracked(SubjectSnapshot, "is itself the note of a change")
untracked(CalendarFeed, "A digest that opens nothing by itself; making and resetting the address is in the access log.")
