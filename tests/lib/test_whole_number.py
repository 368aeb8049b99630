"""What may stand where a form's own number comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolapp.lib.whole_number import whole


@pytest.mark.parametrize("text", ["", "²", "٣", "-1", "1.0", " 1", "1" * 5000, "1234567890"])
def test_what_is_no_number_of_ours(text):
    assert whole(text, otherwise=7) == 7


@given(st.integers(0, 999_999_999))
def test_a_number_of_ours(number):
    assert whole(str(number), otherwise=-1) == number
