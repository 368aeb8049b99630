"""Forms about the list of pupils itself."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accessctl.models import School


class ViewForm(forms.Form):
    """What a view is called, and whether it is shared with a school. Only who may share is asked."""

    use_required_attribute = False
    navn = forms.CharField(
        label=_("Navn på visningen"),
        max_length=60,
        help_text=_("For eksempel «5. trinn med målform». Ikke skriv navn på elever."),
        error_messages={"required": _("Skriv et navn på visningen.")},
    )
    deles = forms.ChoiceField(label=_("Hvem skal se den?"), required=False)

    def __init__(self, data: Any, *, schools: Iterable[School]) -> None:
        super().__init__(data)
        self.schools = {str(school.uuid): school for school in schools}
        shared = [
            (uuid, _("Alle ved %(school)s som ser elever") % {"school": s.name}) for uuid, s in self.schools.items()
        ]
        cast(forms.ChoiceField, self.fields["deles"]).choices = [("", _("Bare jeg")), *shared]
        if not shared:
            del self.fields["deles"]

    @property
    def school(self) -> School | None:
        return self.schools.get(self.cleaned_data.get("deles", ""))
