"""National ids. The upstream vectors are read where they lie beside the project; what they prove is proved here too."""

import csv
from calendar import monthrange
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schoolapp.lib.national_id import InvalidNationalId, NationalId, Reason, complete, mask, parse

VECTORS = Path(__file__).parents[3] / "shared" / "integrations" / "derived" / "fnr_test_vectors.csv"
W1, W2 = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)


def is_valid(text: str, *, synthetic_allowed: bool) -> bool:
    try:
        parse(text, synthetic_allowed=synthetic_allowed)
    except InvalidNationalId:
        return False
    return True


def reason(text: str, *, synthetic_allowed: bool = True) -> Reason:
    with pytest.raises(InvalidNationalId) as caught:
        parse(text, synthetic_allowed=synthetic_allowed)
    return caught.value.reason


def with_remainder(nine: str, remainder: int) -> str | None:
    """The number whose first check digit leaves `remainder`, worked out by trying all of them."""
    for one in range(10):
        for two in range(10):
            digits = [*map(int, nine), one, two]
            first = sum(w * d for w, d in zip(W1, digits, strict=False)) % 11
            second = sum(w * d for w, d in zip(W2, digits, strict=True)) % 11
            if (first, second) == (remainder, 0):
                return f"{nine}{one}{two}"
    return None


def valid_number(day: int, month: int, year: int, *, remainder: int = 0) -> str:
    """A number of that date, as it would be written, for the first individual number that has check digits."""
    tries = (
        with_remainder(f"{day:02d}{month:02d}{year % 100:02d}{individual:03d}", remainder)
        for individual in range(500, 600)
    )
    return next(number for number in tries if number)


def test_upstream_vectors():
    if not VECTORS.exists():
        pytest.skip(f"the upstream vectors are not at {VECTORS}")
    rows = list(csv.DictReader(VECTORS.read_text(encoding="utf-8").splitlines()))
    assert len(rows) >= 33
    for row in rows:
        parsed = {mode: is_valid(row["value"], synthetic_allowed=mode) for mode in (False, True)}
        expected = {
            False: row["valid_in_real_mode"] == "true",
            True: row["valid_in_synthetic_mode"] == "true",
        }
        assert parsed == expected, row["note"]
        if parsed[True]:
            found = parse(row["value"], synthetic_allowed=True)
            assert (found.kind, found.is_synthetic) == (row["kind"], row["format"] != "real")


@pytest.mark.parametrize("remainder", [0, 1, 2, 3])
@pytest.mark.parametrize(("day", "month", "kind"), [(17, 83, "fnr"), (57, 83, "dnr"), (17, 43, "fnr"), (57, 43, "dnr")])
def test_both_rules_hold_for_every_synthetic_form(day, month, kind, remainder):
    number = valid_number(day, month, 14, remainder=remainder)
    assert parse(number, synthetic_allowed=True) == NationalId(number, kind, True)
    assert reason(number, synthetic_allowed=False) == Reason.SYNTHETIC


@pytest.mark.parametrize("remainder", [0, 1, 2, 3])
def test_real_numbers_pass_in_both_modes(remainder):
    number = valid_number(2, 1, 32, remainder=remainder)
    for mode in (False, True):
        assert parse(number, synthetic_allowed=mode) == NationalId(number, "fnr", False)


@pytest.mark.parametrize("remainder", range(4, 11))
def test_other_remainders_are_refused(remainder):
    assert reason(valid_number(17, 83, 14, remainder=remainder)) == Reason.CHECK_DIGITS


@pytest.mark.parametrize(
    ("day", "month", "year", "exists"),
    [
        (29, 82, 2012, True),
        (29, 82, 2000, True),
        (29, 82, 2013, False),
        (31, 84, 2012, False),
        (31, 92, 2012, True),
        (0, 81, 2012, False),
        (15, 80, 2012, False),
        (15, 93, 2012, False),
        (15, 40, 2012, False),
        (15, 53, 2012, False),
        (15, 13, 2012, False),
        (40, 81, 2012, False),
        (71, 84, 2012, False),
        (71, 83, 2012, True),
        (80, 81, 2012, False),
        (95, 81, 2012, False),
    ],
)
def test_only_days_that_exist(day, month, year, exists):
    number = valid_number(day, month, year)
    assert is_valid(number, synthetic_allowed=True) is exists
    if not exists:
        assert reason(number) == Reason.DATE


@pytest.mark.parametrize(
    "text", ["", "1234567890", "123456789012", "17831412a45", " 1783145009", "١٧٨٣١٤٥٠٠٩٦", "1783145009²"]
)
def test_only_eleven_plain_digits(text):
    assert reason(text) == Reason.LENGTH


def test_nothing_shows_the_number():
    number = valid_number(17, 83, 14)
    found = parse(number, synthetic_allowed=True)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    with pytest.raises(InvalidNationalId) as caught:
        parse(wrong, synthetic_allowed=True)
    for text in (str(found), repr(found), str(caught.value), repr(caught.value)):
        assert number[6:] not in text and wrong[6:] not in text
    assert mask(number) == str(found) == f"{number[:6]} *****"


@st.composite
def nine_digits(draw):
    year, month = draw(st.integers(2000, 2099)), draw(st.integers(1, 12))
    day = draw(st.integers(1, monthrange(year, month)[1]))
    day_offset, month_offset = draw(st.sampled_from([0, 40])), draw(st.sampled_from([0, 40, 80]))
    return f"{day + day_offset:02d}{month + month_offset:02d}{year % 100:02d}{draw(st.integers(0, 999)):03d}"


@settings(deadline=None)
@given(nine_digits())
def test_completed_numbers_are_valid_and_follow_the_old_rule(nine):
    number = complete(nine)
    assert number == with_remainder(nine, 0)
    if number:
        assert is_valid(number, synthetic_allowed=True)


@settings(deadline=None)
@given(nine_digits(), st.integers(0, 3), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_never_passes_under_its_own_rule(nine, remainder, place, change):
    """The second check digit still divides by eleven, so a single slip in the first ten digits is always caught."""
    number = with_remainder(nine, remainder)
    if number is None:
        return
    slipped = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
    assert not is_valid(slipped, synthetic_allowed=True)


@settings(deadline=None)
@given(st.text(max_size=14))
def test_any_text_is_judged_without_other_errors(text):
    is_valid(text, synthetic_allowed=True)


@pytest.mark.parametrize(("day", "month"), [(17, 3), (57, 3), (17, 83), (57, 43)])
def test_agreement_with_a_birth_date(day, month):
    found = parse(valid_number(day, month, 14), synthetic_allowed=True)
    assert found.fits(date(2014, 3, 17))
    assert not found.fits(date(2014, 3, 18))
    assert not found.fits(date(2015, 3, 17))
