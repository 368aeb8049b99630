"""What each kind of move takes, without a database (handbook 2.3)."""

from datetime import date

from accessctl.models import School
from admissions.models import Move, MoveStep
from admissions.year.rules import LAST_SFO_GRADE
from students.models import Enrolment

Kind, Step = Move.Kind, MoveStep.Kind

# Every step is done, or explicitly said not to be needed; the decision alone can not be skipped.
STEPS: dict[str, tuple[MoveStep.Kind, ...]] = {
    Kind.IN: (Step.DECISION, Step.LETTER, Step.CLASS, Step.REQUEST),
    Kind.BACK: (Step.DECISION, Step.LETTER, Step.CLASS, Step.REQUEST),
    Kind.WITHIN: (Step.DECISION, Step.LETTER, Step.NOTICE, Step.CLASS, Step.SFO),
    Kind.OUT: (Step.DECISION, Step.NOTICE, Step.SFO),
    Kind.PRIVATE: (Step.DECISION, Step.FILED, Step.NOTICE, Step.SFO),
    Kind.HOME: (Step.DECISION, Step.FILED, Step.SFO),
    Kind.EXEMPT: (Step.DECISION, Step.FILED),
}
# How the place ends, for those who leave it.
ENDS_AS = {
    Kind.WITHIN: Enrolment.State.MOVED_INTERNAL,
    Kind.OUT: Enrolment.State.MOVED_OUT,
    Kind.PRIVATE: Enrolment.State.PRIVATE_SCHOOL,
    Kind.HOME: Enrolment.State.HOME_EDUCATED,
    Kind.EXEMPT: Enrolment.State.EXEMPT,
}
ARRIVALS = (Kind.IN, Kind.BACK)
LEAVING = tuple(ENDS_AS)
# The grade letter goes out as for first graders in grade 1, and as an individual decision otherwise (6.2, 22 and 28).
INVITATION = "invitasjon-innskriving"
FIRST_GRADE_LETTER, OTHER_LETTER = "velkommen-skoleplass", "enkeltvedtak-skoleplass"
NOTICE_TYPE, FILED_TYPE = "flyttemelding", "melding-foresatte"
GRADES = {School.Kind.PRIMARY: (1, 7), School.Kind.LOWER_SECONDARY: (8, 10), School.Kind.COMBINED: (1, 10)}


def steps_of(kind: str, *, grade_level: int | None, is_in_sfo: bool) -> list[MoveStep.Kind]:
    """The steps of a case. SFO is for the first four grades; an older pupil has that step only when in an SFO group."""
    has_sfo = is_in_sfo or grade_level is None or grade_level <= LAST_SFO_GRADE
    return [step for step in STEPS[Kind(kind)] if has_sfo or step != Step.SFO]


def has_grade(school_kind: str, grade_level: int) -> bool:
    """Whether a school of this kind has the grade (STR-08)."""
    lowest, highest = GRADES[School.Kind(school_kind)]
    return lowest <= grade_level <= highest


def letter_type(grade_level: int | None) -> str:
    return FIRST_GRADE_LETTER if grade_level == 1 else OTHER_LETTER


def may_begin_on(first_day: date, *, place_since: date | None, year: tuple[date, date]) -> bool:
    """Whether a move can take effect on the day: in the year, and after the first day of the place that is left."""
    starts, ends = year
    return starts <= first_day <= ends and (place_since is None or first_day > place_since)
