"""What of employees leaves a change history."""

from accessctl.journal.tracking import track
from staff.models import Employee

track(Employee, person="person_id")
