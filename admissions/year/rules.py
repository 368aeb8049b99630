"""Where a pupil goes when the school year turns (handbook 2.2), worked out from plain data.

Grade 1–9 goes up one; 10 is finished; who outgrows the school goes to the receiving one; whoever shall begin at school
begins in grade 1. All else is somebody's decision and an exception that is listed. Nobody is left out: `plan` answers
for each pupil it is given, once.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

LAST_GRADE = 10
AGE_AT_START = 6
GRADES = {"primary": range(1, 8), "lower_secondary": range(8, 11), "combined": range(1, 11)}


class Outcome(StrEnum):
    PROMOTE = "promote"
    MOVE = "move"
    GRADUATE = "graduate"
    REPEAT = "repeat"
    ADVANCE = "advance"
    NEW = "new"
    EARLY = "early"
    POSTPONE = "postpone"


# Grades between this year and the next.
STEPS = {Outcome.PROMOTE: 1, Outcome.MOVE: 1, Outcome.REPEAT: 0, Outcome.ADVANCE: 2}
LEAVES = frozenset({Outcome.GRADUATE, Outcome.POSTPONE})
BY_DECISION = frozenset({Outcome.REPEAT, Outcome.ADVANCE, Outcome.POSTPONE, Outcome.EARLY})
BEGIN = frozenset({Outcome.NEW, Outcome.EARLY, Outcome.POSTPONE})
# To begin at another age takes an expert assessment and the written consent of the guardians (STR-03).
NEED_ASSESSMENT = frozenset({Outcome.POSTPONE, Outcome.EARLY})
# SFO goes on from grade 5 by decision alone, for children with special needs (handbook 2.2, SFO-01).
LAST_SFO_GRADE = 4
SFO_BY_DECISION = range(LAST_SFO_GRADE + 1, 8)


@dataclass(frozen=True)
class Pupil:
    """A pupil this year. One who is to begin has neither school nor grade; `wish` is the school found for them."""

    key: int
    school: int | None = None
    grade: int | None = None
    born: int | None = None
    wish: int | None = None


@dataclass(frozen=True)
class School:
    key: int
    kind: str
    receiving: int | None = None

    def teaches(self, grade: int) -> bool:
        return grade in GRADES[self.kind]


@dataclass(frozen=True)
class Decision:
    """What somebody has decided about a pupil; without a school the rule finds it."""

    outcome: Outcome
    school: int | None = None


@dataclass(frozen=True)
class Next:
    """Next year's place. Without a school while that is undecided, without both for those who get no place."""

    pupil: int
    outcome: Outcome
    school: int | None
    grade: int | None

    @property
    def has_place(self) -> bool:
        return self.outcome not in LEAVES

    @property
    def is_undecided(self) -> bool:
        return self.has_place and self.school is None


class Impossible(ValueError):
    """The decision can not be carried out for this pupil."""


def is_to_begin(born: int, year: int) -> bool:
    """Whether a child without a place begins in the autumn of `year`: the year it turns six, or one late (STR-03)."""
    return born in (year - AGE_AT_START, year - AGE_AT_START - 1)


def ways_to_begin(born: date, year: int) -> frozenset[Outcome]:
    """What a child without a place can come to in the autumn of `year` (STR-03).

    School may begin a year early for who has turned five by 1 April, and be postponed once.
    """
    if born.year == year - AGE_AT_START:
        return frozenset({Outcome.NEW, Outcome.POSTPONE})
    if born.year == year - AGE_AT_START - 1:
        return frozenset({Outcome.NEW})
    if born.year == year - AGE_AT_START + 1 and (born.month, born.day) <= (4, 1):
        return frozenset({Outcome.EARLY})
    return frozenset()


def next_place(pupil: Pupil, schools: Mapping[int, School], decision: Decision | None = None) -> Next:
    """The pupil's place next year. Raises Impossible for a decision that leads to no grade, or to a wrong school."""
    if pupil.grade is None:
        return first_place(pupil, schools, decision)
    outcome = decision.outcome if decision else Outcome.PROMOTE
    if outcome in BEGIN:
        raise Impossible
    if outcome == Outcome.GRADUATE or (outcome in (Outcome.PROMOTE, Outcome.MOVE) and pupil.grade == LAST_GRADE):
        if pupil.grade != LAST_GRADE:
            raise Impossible
        return Next(pupil.key, Outcome.GRADUATE, None, None)
    grade = pupil.grade + STEPS[outcome]
    if grade > LAST_GRADE:
        raise Impossible
    school = schools.get(pupil.school) if pupil.school is not None else None
    if decision and decision.school is not None:
        if not schools[decision.school].teaches(grade):
            raise Impossible
        goes_to: int | None = decision.school
    elif school and school.teaches(grade):
        goes_to = school.key
    else:
        goes_to = receiving(school, grade, schools)
    if outcome in (Outcome.PROMOTE, Outcome.MOVE):
        outcome = Outcome.PROMOTE if goes_to == pupil.school else Outcome.MOVE
    return Next(pupil.key, outcome, goes_to, grade)


def first_place(pupil: Pupil, schools: Mapping[int, School], decision: Decision | None) -> Next:
    if decision and decision.outcome == Outcome.POSTPONE:
        return Next(pupil.key, Outcome.POSTPONE, None, None)
    outcome = decision.outcome if decision else Outcome.NEW
    if outcome not in BEGIN:
        raise Impossible
    wish = decision.school if decision and decision.school is not None else pupil.wish
    if wish is not None and not schools[wish].teaches(1):
        if decision and decision.school is not None:
            raise Impossible
        wish = None
    return Next(pupil.key, outcome, wish, 1)


def receiving(school: School | None, grade: int, schools: Mapping[int, School]) -> int | None:
    """The school that takes over from `school`, when one is set and it teaches the grade."""
    found = schools.get(school.receiving) if school and school.receiving is not None else None
    return found.key if found and found.teaches(grade) else None


def plan(
    pupils: Iterable[Pupil], schools: Mapping[int, School], decisions: Mapping[int, Decision] | None = None
) -> list[Next]:
    """One place for each pupil. A decision that has become impossible gives way to the rule."""
    decided, found = decisions or {}, []
    for pupil in pupils:
        try:
            found.append(next_place(pupil, schools, decided.get(pupil.key)))
        except Impossible:
            found.append(next_place(pupil, schools))
    return found


@dataclass(frozen=True)
class Totals:
    """Pupils this year and those who begin, against what becomes of them."""

    enrolled: int
    beginning: int
    outcomes: Counter[str]

    @property
    def going_in(self) -> int:
        return self.enrolled + self.beginning

    @property
    def coming_out(self) -> int:
        return sum(self.outcomes.values())

    @property
    def next_year(self) -> int:
        return sum(n for outcome, n in self.outcomes.items() if outcome not in LEAVES)

    @property
    def balance(self) -> bool:
        return self.going_in == self.coming_out


LEADING_NUMBER = re.compile(r"^\d+")


def class_name(name: str, grade: int | None, next_grade: int | None) -> str:
    """4A becomes 5A. A name that does not begin with the grade stays as it is."""
    if grade is None or next_grade is None:
        return name
    found = LEADING_NUMBER.match(name)
    return f"{next_grade}{name[found.end() :]}" if found and found.group() == str(grade) else name


def new_class_names(names: Iterable[str], grade: int) -> list[str]:
    """Names for the classes of a school's first grade: as many, and called, as the school has them this year."""
    return sorted({name for name in names if name}) or [f"{grade}A"]
