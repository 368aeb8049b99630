"""An amount is written in one way everywhere, exact to the øre, and never broken across lines."""

import pytest

from messaging import costs
from schoolapp.lib.amounts import kroner
from staff.templatetags.staff_numbers import kroner as in_page


@pytest.mark.parametrize(
    ("ore", "written"),
    [
        (0, "0,00 kr"),
        (69, "0,69 kr"),
        (123900, "1 239,00 kr"),
        (123456789, "1 234 567,89 kr"),
        (9007199254740993, "90 071 992 547 409,93 kr"),  # more than a float can tell apart
        (-122505, "-1 225,05 kr"),
    ],
)
def test_an_amount_has_spaces_between_thousands_and_two_decimals(ore, written):
    assert kroner(ore) == written.replace(" ", "\u00a0")
    assert costs.in_words(ore) == in_page(ore) == kroner(ore)
