"""What a pupil has left in a school year, which keeps the pupil from being removed from it (handbook 2.1).

An app registers a function from its module `year_traces`: fn(student, year) -> the kinds of things there are, in words.
"""

from collections.abc import Callable

from schools.models import SchoolYear
from students.models import Student

Traces = Callable[[Student, SchoolYear], list[str]]
_sources: list[Traces] = []


def register(traces: Traces) -> None:
    """Add what one app knows. Registering again changes nothing."""
    if traces not in _sources:
        _sources.append(traces)


def traces_of(student: Student, year: SchoolYear) -> list[str]:
    """Everything that keeps the pupil in the year; nothing means that the pupil can be removed."""
    return [trace for source in _sources for trace in source(student, year)]
