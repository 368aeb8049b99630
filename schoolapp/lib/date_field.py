"""The field for a date in every form of ours: a day somebody may mean, so that a day more or less exists too."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FIRST_YEAR, LAST_YEAR = 1900, 2199
# 31 April is not a slip of form, and neither is it a day.
NO_SUCH_DAY = gettext_lazy("Denne datoen finnes ikke. Skriv en dato, for eksempel 14.08.2026.")


def check_is_meant(day: date) -> None:
    """Raise ValidationError for a year nobody means, such as 0202 or 9999."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        limits = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise ValidationError(_("Skriv en dato mellom %(first)s og %(last)s, for eksempel 14.08.2026.") % limits)


class DateField(forms.DateField):
    default_validators: list[Any] = [check_is_meant]
    default_error_messages = {"invalid": NO_SUCH_DAY, "required": gettext_lazy("Velg en dato.")}
