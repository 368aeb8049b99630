"""Hundredths, as people write them: whole numbers inside, a comma and two decimals outside."""

import re

DECIMAL = re.compile(r"(\d{1,6})(?:[.,](\d{1,2}))?")


def as_decimal(value: int) -> str:
    """350 as «3,50», -350 as «-3,50»."""
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 100},{abs(value) % 100:02d}"


def from_decimal(text: str) -> int:
    """«3,5» as 350. Raises ValueError for anything but a positive number with at most two decimals."""
    found = DECIMAL.fullmatch(text.strip())
    if not found:
        raise ValueError("not a number with at most two decimals")
    return int(found.group(1)) * 100 + int((found.group(2) or "").ljust(2, "0"))
