"""What of the school year leaves a change history."""

from accessctl.journal.tracking import track
from schools.models import SchoolYear

track(SchoolYear)
