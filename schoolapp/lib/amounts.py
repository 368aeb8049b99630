"""Amounts of money, kept as øre, as people write them."""

NBSP = "\u00a0"


def kroner(ore: int) -> str:
    """122500 as «1 225,00 kr», with spaces that keep the line together."""
    sign = "-" if ore < 0 else ""
    whole = f"{abs(ore) // 100:,}".replace(",", NBSP)
    return f"{sign}{whole},{abs(ore) % 100:02d}{NBSP}kr"
