"""Synthetic numbers: national ids of the Tenor series, organisation numbers, and telephones that cannot ring."""

from datetime import date
from random import Random

from schoolapp.lib.national_id import complete

ORG_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)


class NationalIds:
    """Hands out synthetic national ids (month + 80), each once."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.used: set[str] = set()

    def take(self, born: date, sex: str, *, is_d_number: bool = False) -> str:
        """A number for that birth date; even third digit for women, as in numbers given before 2032."""
        day = born.day + 40 * is_d_number
        low, high = (500, 999) if born.year >= 2000 else (0, 499)
        while True:
            individual = self.rng.randint(low, high)
            individual -= (individual % 2) == (sex == "kvinne")
            number = complete(f"{day:02d}{born.month + 80:02d}{born.year % 100:02d}{max(individual, low):03d}")
            if number and number not in self.used:
                self.used.add(number)
                return number


def organisation_number(rng: Random, used: set[str]) -> str:
    """A number with a right check digit in the series 3, which is kept for test organisations."""
    while True:
        eight = f"3{rng.randrange(10**7):07d}"
        check = -sum(w * int(d) for w, d in zip(ORG_WEIGHTS, eight, strict=True)) % 11
        if check < 10 and (number := f"{eight}{check}") not in used:
            used.add(number)
            return number


def telephone(rng: Random) -> str:
    """Eight digits that begin with zero, which no subscriber has: a test message can reach nobody."""
    return f"0{rng.randrange(10**7):07d}"
