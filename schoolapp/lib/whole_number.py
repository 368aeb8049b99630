"""Whole numbers that come back from a form's hidden field or an address, where anything may stand."""

MOST_DIGITS = 9


def whole(text: str, *, otherwise: int) -> int:
    """The number `text` says in the digits 0–9, at most nine of them; else `otherwise`. «²» is a digit to Python."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else otherwise
