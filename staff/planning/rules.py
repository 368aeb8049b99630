"""How much of a full position some teaching is. Pure arithmetic in whole numbers."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

# Hours of 60 minutes a full position teaches in a year (SFS 2213). The municipality sets its own in the register.
DEFAULT_NORMS = {"primary": 741, "lower": 656}


def share_of(lessons: Iterable[tuple[str, int]], norms: Mapping[str, int]) -> int:
    """Hundredths of percent of a full position. `lessons` are stage and hundredths of hours; a half rounds up."""
    share = sum((Fraction(hours, 100 * norms[stage]) for stage, hours in lessons), Fraction(0))
    return int(share * 10_000 + Fraction(1, 2))


def hours_of(percent: int, norm: int) -> int:
    """Hundredths of hours that so much of a full position teaches, a half rounded away from nought."""
    exact = Fraction(abs(percent) * norm, 100)
    hours = int(exact + Fraction(1, 2))
    return -hours if percent < 0 else hours
