"""Numbers kept as hundredths, as people write them."""

from django import template

from schoolapp.lib import amounts
from staff.numbers import as_decimal

register = template.Library()


@register.filter
def hundredths(value: int | None) -> str:
    """8000 as «80», 1250 as «12,5», and an empty value as nothing."""
    if value is None:
        return ""
    text = as_decimal(value)
    return text.rstrip("0").rstrip(",")


@register.filter
def kroner(value: int | None) -> str:
    """122500 as «1 225,00 kr», and an empty value as nothing."""
    return "" if value is None else amounts.kroner(value)


@register.filter
def two_decimals(value: int | None) -> str:
    """350 as «3,50»."""
    return "" if value is None else as_decimal(value)
