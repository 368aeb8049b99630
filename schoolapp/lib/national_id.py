"""Fødselsnummer and D-nummer: what is a valid number, what kind it is, and how it is shown.

`ddmmyyiiikk`. Rules from Skatteetaten: the check digits of 1964, and those of 2032 under which the first one leaves a
remainder of 0 to 3; both hold side by side from now on, and the old numbers are a subset of the new. A D-nummer has 40
added to the day. Synthetic numbers have 80 (Tenor) or 40 (NAV) added to the month. Sex and century can not be read from
a number, so neither is offered here.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

WEIGHTS_1 = (3, 7, 6, 1, 8, 9, 4, 5, 2)
WEIGHTS_2 = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
REMAINDERS_1 = (0, 1, 2, 3)
SYNTHETIC_MONTHS = (80, 40)


class Reason(StrEnum):
    """Why a text is no national id. The sentence never repeats the text."""

    LENGTH = "skal ha elleve siffer"
    DATE = "begynner ikke med en gyldig dato"
    CHECK_DIGITS = "har feil kontrollsiffer"
    SYNTHETIC = "er et testnummer, og testnumre er ikke tillatt her"


class InvalidNationalId(ValueError):
    """The text is no national id; `reason` says why. The text itself is not kept, since errors reach logs."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True)
class NationalId:
    """A number that passed. Its repr hides the digits."""

    number: str = field(repr=False)
    kind: Literal["fnr", "dnr"]
    is_synthetic: bool

    def __str__(self) -> str:
        return mask(self.number)

    def fits(self, born: date) -> bool:
        """Whether the digits agree with a birth date. They need not: numbers from 2032 may carry another date."""
        day, month = int(self.number[:2]) % 40, int(self.number[2:4])
        month -= next((offset for offset in SYNTHETIC_MONTHS if month > offset), 0)
        return (day, month, int(self.number[4:6])) == (born.day, born.month, born.year % 100)


def parse(text: str, *, synthetic_allowed: bool) -> NationalId:
    """The number in `text`, which must be exactly eleven digits.

    Raises InvalidNationalId. Production passes `synthetic_allowed=False`.
    """
    if len(text) != 11 or not (text.isascii() and text.isdigit()):
        raise InvalidNationalId(Reason.LENGTH)
    day, month, year = int(text[:2]), int(text[2:4]), int(text[4:6])
    is_d_number = 40 < day < 80
    offset = next((offset for offset in SYNTHETIC_MONTHS if month > offset), 0)
    if not is_date(day - 40 * is_d_number, month - offset, year):
        raise InvalidNationalId(Reason.DATE)
    digits = [int(c) for c in text]
    if weigh(digits, WEIGHTS_1) not in REMAINDERS_1 or weigh(digits, WEIGHTS_2) != 0:
        raise InvalidNationalId(Reason.CHECK_DIGITS)
    if offset and not synthetic_allowed:
        raise InvalidNationalId(Reason.SYNTHETIC)
    return NationalId(text, "dnr" if is_d_number else "fnr", bool(offset))


def mask(number: str) -> str:
    """The birth date part only, as in "010116 *****"."""
    return f"{number[:6]} *****"


def complete(nine: str) -> str | None:
    """The number that begins with these nine digits, with check digits of 1964, or None where those do not exist."""
    digits = [int(c) for c in nine]
    for weights in (WEIGHTS_1, WEIGHTS_2):
        check = -weigh([*digits, 0], weights) % 11
        if check == 10:
            return None
        digits.append(check)
    return "".join(map(str, digits))


def weigh(digits: list[int], weights: tuple[int, ...]) -> int:
    """The remainder of the weighted digits plus the check digit that follows them."""
    return (sum(w * d for w, d in zip(weights, digits, strict=False)) + digits[len(weights)]) % 11


def is_date(day: int, month: int, year: int) -> bool:
    """Whether the day exists. Every year is read as 20yy, so that 29 February is accepted when yy divides by four."""
    try:
        date(2000 + year, month, day)
    except ValueError:
        return False
    return True
