"""Norwegian organisation numbers (Brønnøysundregistrene): nine digits, the last a check digit of the others."""

WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)


def is_org_number(text: str) -> bool:
    """Whether the digits check (modulus 11). Says nothing of whether anybody has the number."""
    if len(text) != 9 or not text.isascii() or not text.isdigit():
        return False
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, text[:8], strict=True))
    check = (11 - total % 11) % 11
    return check != 10 and check == int(text[8])
