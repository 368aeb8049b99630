"""Where pupils go when the year turns: nobody lost, nobody doubled, and every exception somebody's decision."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admissions.year import rules
from admissions.year.rules import Decision, Impossible, Outcome, Pupil, School

KINDS = st.sampled_from(sorted(rules.GRADES))


@st.composite
def towns(draw):
    """Schools with and without a receiving one, pupils in grades their school has, children who begin, decisions."""
    keys = range(1, draw(st.integers(1, 6)) + 1)
    schools = {key: School(key, draw(KINDS), draw(st.one_of(st.none(), st.sampled_from(list(keys))))) for key in keys}
    pupils = []
    for key in range(draw(st.integers(0, 40))):
        school = draw(st.sampled_from(list(schools.values())))
        if draw(st.booleans()):
            pupils.append(Pupil(key, school.key, draw(st.sampled_from(list(rules.GRADES[school.kind])))))
        else:
            pupils.append(Pupil(key, born=2020, wish=draw(st.one_of(st.none(), st.just(school.key)))))
    wishes = st.builds(Decision, st.sampled_from(Outcome), st.one_of(st.none(), st.sampled_from(list(keys))))
    decided = draw(st.dictionaries(st.sampled_from([p.key for p in pupils] or [0]), wishes))
    return schools, pupils, decided


@given(towns())
def test_everybody_has_exactly_one_place(town):
    schools, pupils, decided = town
    found = rules.plan(pupils, schools, decided)
    assert Counter(place.pupil for place in found) == Counter(pupil.key for pupil in pupils)


@given(towns())
def test_what_goes_in_comes_out(town):
    schools, pupils, decided = town
    found = rules.plan(pupils, schools, decided)
    enrolled = sum(pupil.grade is not None for pupil in pupils)
    totals = rules.Totals(enrolled, len(pupils) - enrolled, Counter(place.outcome for place in found))
    assert totals.balance
    assert totals.next_year == sum(place.has_place for place in found)


@given(towns())
def test_nobody_is_put_where_the_grade_is_not_taught(town):
    schools, pupils, decided = town
    for place in rules.plan(pupils, schools, decided):
        if place.school is not None:
            assert schools[place.school].teaches(place.grade)
        assert place.has_place == (place.grade is not None)


@given(towns())
def test_without_a_decision_nobody_is_held_back_or_advanced(town):
    schools, pupils, decided = town
    before = {pupil.key: pupil for pupil in pupils}
    for place in rules.plan(pupils, schools, decided):
        pupil = before[place.pupil]
        if place.pupil in decided:
            continue
        assert place.outcome not in rules.BY_DECISION
        if pupil.grade is None:
            assert (place.outcome, place.grade) == (Outcome.NEW, 1)
        elif pupil.grade == 10:
            assert place.outcome == Outcome.GRADUATE
        else:
            assert place.grade == pupil.grade + 1
            assert (place.outcome == Outcome.PROMOTE) == (place.school == pupil.school)


@given(towns())
def test_planning_again_from_the_same_gives_the_same(town):
    schools, pupils, decided = town
    assert rules.plan(pupils, schools, decided) == rules.plan(pupils, schools, decided)


PRIMARY, LOWER, COMBINED = School(1, "primary", 2), School(2, "lower_secondary"), School(3, "combined", 2)
SCHOOLS = {1: PRIMARY, 2: LOWER, 3: COMBINED}


@pytest.mark.parametrize(
    ("pupil", "decision", "expected"),
    [
        (Pupil(1, 1, 4), None, (Outcome.PROMOTE, 1, 5)),
        (Pupil(1, 1, 7), None, (Outcome.MOVE, 2, 8)),
        (Pupil(1, 3, 7), None, (Outcome.PROMOTE, 3, 8)),
        (Pupil(1, 2, 10), None, (Outcome.GRADUATE, None, None)),
        (Pupil(1, 1, 7), Decision(Outcome.REPEAT), (Outcome.REPEAT, 1, 7)),
        (Pupil(1, 1, 6), Decision(Outcome.ADVANCE), (Outcome.ADVANCE, 2, 8)),
        (Pupil(1, 2, 10), Decision(Outcome.REPEAT), (Outcome.REPEAT, 2, 10)),
        (Pupil(1, 1, 4), Decision(Outcome.PROMOTE, 3), (Outcome.MOVE, 3, 5)),
        (Pupil(1, wish=1), None, (Outcome.NEW, 1, 1)),
        (Pupil(1, wish=2), None, (Outcome.NEW, None, 1)),
        (Pupil(1), Decision(Outcome.POSTPONE), (Outcome.POSTPONE, None, None)),
    ],
)
def test_places(pupil, decision, expected):
    place = rules.next_place(pupil, SCHOOLS, decision)
    assert (place.outcome, place.school, place.grade) == expected


def test_a_school_without_a_receiving_one_leaves_the_pupil_undecided_and_in_the_plan():
    place = rules.next_place(Pupil(1, 9, 7), {9: School(9, "primary")})
    assert (place.school, place.grade, place.is_undecided) == (None, 8, True)


@pytest.mark.parametrize(
    ("pupil", "decision"),
    [
        (Pupil(1, 2, 9), Decision(Outcome.ADVANCE)),
        (Pupil(1, 2, 10), Decision(Outcome.ADVANCE)),
        (Pupil(1, 1, 4), Decision(Outcome.GRADUATE)),
        (Pupil(1, 1, 4), Decision(Outcome.NEW)),
        (Pupil(1, 1, 4), Decision(Outcome.PROMOTE, 2)),
        (Pupil(1), Decision(Outcome.NEW, 2)),
        (Pupil(1), Decision(Outcome.REPEAT)),
    ],
)
def test_what_leads_nowhere_is_refused(pupil, decision):
    with pytest.raises(Impossible):
        rules.next_place(pupil, SCHOOLS, decision)


@pytest.mark.parametrize(
    ("name", "grade", "expected"),
    [("4A", 4, "5A"), ("9 B", 9, "10 B"), ("Blåklokke", 4, "Blåklokke"), ("40A", 4, "40A"), ("1-2", 1, "2-2")],
)
def test_class_names_follow_the_grade(name, grade, expected):
    assert rules.class_name(name, grade, grade + 1) == expected


@pytest.mark.parametrize(("born", "begins"), [(2021, True), (2020, True), (2022, False), (2019, False)])
def test_children_begin_the_year_they_turn_six_or_one_late(born, begins):
    assert rules.is_to_begin(born, 2027) is begins
