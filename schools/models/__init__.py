"""The school year and what belongs to it."""

from schools.models.calendar import CalendarEntry
from schools.models.feeds import CalendarFeed
from schools.models.subjects import Subject, SubjectSnapshot
from schools.models.wheel import DutyDate, DutyDone
from schools.models.years import SchoolYear

__all__ = ["CalendarEntry", "CalendarFeed", "DutyDate", "DutyDone", "SchoolYear", "Subject", "SubjectSnapshot"]
