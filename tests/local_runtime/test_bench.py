"""The harness of bin/bench, without the waiting."""

import pytest

from bench.measure import Comparison, compare


def test_both_sides_do_the_same_number_of_rounds_in_turns():
    done = []
    result = compare("x", lambda: done.append("ours"), "y", lambda: done.append("floor"), rounds=4, warm_up=1)
    assert done == ["ours", "floor", "floor", "ours", "ours", "floor", "floor", "ours", "ours", "floor"]
    assert result.rounds == 4


def test_the_ratio_is_how_many_times_longer_ours_takes():
    result = Comparison("elevliste", "tom visning", 0.030, 0.010, 5)
    assert result.ratio == pytest.approx(3)
    assert "3.00" in result.line()
    assert result.as_json()["ratio"] == 3.0
