"""The school year as people write it."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from schools.models import SchoolYear


class SchoolYearField(forms.ModelChoiceField):
    """Chosen from a list, or written «2026/2027»."""

    default_error_messages = {"invalid_choice": _("Skriv et skoleår som finnes, for eksempel 2026/2027.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=SchoolYear.objects.all(), empty_label=None, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, SchoolYear):
            return str(value)
        found = SchoolYear.objects.filter(pk=value).first() if isinstance(value, int) else None
        return str(found) if found else value

    def to_python(self, value: Any) -> SchoolYear | None:
        if value in self.empty_values:
            return None
        match = re.fullmatch(r"(\d{4})\s*/\s*(\d{2}|\d{4})", str(value).strip())
        found = SchoolYear.objects.filter(starts_on__year=int(match[1])).first() if match else None
        if found is None:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return found
