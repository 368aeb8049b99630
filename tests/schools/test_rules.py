"""School days, school years and organisation numbers."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schoolapp.lib.org_number import is_org_number
from schools.rules import DaysOff, count, is_school_year, school_days

PATIENT = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
START = date(2026, 8, 1)
days = st.integers(min_value=-30, max_value=400).map(lambda n: START + timedelta(days=n))
entries = st.lists(st.tuples(days, st.integers(min_value=0, max_value=20)), max_size=8).map(
    lambda pairs: [DaysOff(first, first + timedelta(days=length)) for first, length in pairs]
)


@PATIENT
@given(days, days, entries)
def test_a_day_is_a_school_day_just_when_it_is_a_weekday_in_the_period_and_not_off(first, last, off):
    found = school_days(first, last, off)
    assert found == sorted(set(found))
    for n in range(-40, 430):
        day = START + timedelta(days=n)
        is_off = any(entry.first_day <= day <= entry.last_day for entry in off)
        assert (day in found) == (first <= day <= last and day.weekday() < 5 and not is_off)


@PATIENT
@given(days, days, days, entries)
def test_a_period_is_the_sum_of_its_parts(first, middle, last, off):
    first, middle, last = sorted((first, middle, last))
    after = middle + timedelta(days=1)
    assert school_days(first, last, off) == school_days(first, middle, off) + school_days(after, last, off)


@PATIENT
@given(entries, entries)
def test_more_days_off_never_give_more_school(off, more):
    end = date(2027, 7, 31)
    assert set(school_days(START, end, [*off, *more])) <= set(school_days(START, end, off))
    result = count(school_days(START, end, off))
    assert result.weeks <= result.days <= result.weeks * 5
    assert result.weeks <= result.span


def test_an_ordinary_norwegian_year_is_190_days_in_38_weeks():
    off = [
        DaysOff(date(2026, 8, 1), date(2026, 8, 16)),
        DaysOff(date(2026, 10, 5), date(2026, 10, 9)),
        DaysOff(date(2026, 12, 21), date(2027, 1, 3)),
        DaysOff(date(2027, 2, 22), date(2027, 2, 26)),
        DaysOff(date(2027, 3, 22), date(2027, 3, 29)),
        DaysOff(date(2027, 5, 6), date(2027, 5, 7)),
        DaysOff(date(2027, 5, 17), date(2027, 5, 17)),
        DaysOff(date(2027, 6, 18), date(2027, 7, 31)),
    ]
    result = count(school_days(date(2026, 8, 1), date(2027, 7, 31), off))
    assert (result.days, result.first, result.last) == (190, date(2026, 8, 17), date(2027, 6, 17))
    assert result.weeks >= 38
    assert not (result.has_too_few_weeks or result.is_too_long)


def test_no_school_at_all_is_no_weeks():
    assert count([]).weeks == 0
    assert count([]).has_too_few_weeks


@pytest.mark.parametrize(
    "first, last, right",
    [
        (date(2026, 8, 1), date(2027, 7, 31), True),
        (date(2026, 8, 2), date(2027, 7, 31), False),
        (date(2026, 8, 1), date(2027, 7, 30), False),
        (date(2026, 8, 1), date(2028, 7, 31), False),
        (date(2026, 1, 1), date(2026, 12, 31), False),
    ],
)
def test_a_school_year_is_august_to_july(first, last, right):
    assert is_school_year(first, last) == right


@given(st.text(alphabet="0123456789", min_size=9, max_size=9), st.integers(0, 8), st.integers(1, 9))
def test_a_slip_in_one_digit_is_found(number, place, step):
    slip = str((int(number[place]) + step) % 10)
    assert not (is_org_number(number) and is_org_number(number[:place] + slip + number[place + 1 :]))


@pytest.mark.parametrize(
    "text, right", [("974760673", True), ("974760674", False), ("97476067", False), ("97476067٣", False), ("", False)]
)
def test_an_organisation_number_has_nine_digits_that_check(text, right):
    assert is_org_number(text) == right
