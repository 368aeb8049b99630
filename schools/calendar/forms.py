"""Forms of the school calendar."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accessctl.console import DateInput
from accessctl.models import School
from schoolapp.lib.date_field import DateField
from schools.models import CalendarEntry, SchoolYear


def day(label: Any, **kwargs: Any) -> DateField:
    return DateField(
        label=label,
        widget=DateInput(),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        **kwargs,
    )


class CalendarFilter(forms.Form):
    """Which year, and which school, the calendar shows; it lives in the address."""

    ar = forms.ChoiceField(label=_("Skoleår"), required=False)
    skole = forms.ChoiceField(label=_("Skole"), required=False)

    def __init__(self, data: Any, *, years: Iterable[SchoolYear], schools: Iterable[School]) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.years = {str(year): year for year in years}
        self.schools = {str(school.uuid): school for school in schools}
        offered = [(uuid, school.name) for uuid, school in self.schools.items()]
        cast(forms.ChoiceField, self.fields["ar"]).choices = [(name, name) for name in self.years]
        cast(forms.ChoiceField, self.fields["skole"]).choices = [("", _("Alle")), *offered]
        if len(self.schools) < 2:
            del self.fields["skole"]
        self.is_valid()
        current = next((name for name, year in self.years.items() if year.state == SchoolYear.State.CURRENT), "")
        chosen = self.cleaned_data.get("ar") or current
        self.year = self.years.get(chosen) or next(iter(self.years.values()), None)
        self.school = self.schools.get(self.cleaned_data.get("skole", ""))
        # The choice shows the year that is shown, also when the address names none.
        self.data = {**dict(self.data.items()), "ar": str(self.year or "")}


class EntryForm(forms.Form):
    """A day off, or a run of days off, for one school or for all."""

    EVERYBODY = "alle"
    skole = forms.ChoiceField(label=_("Gjelder"), error_messages={"required": _("Velg hvem dagene gjelder.")})
    slag = forms.ChoiceField(label=_("Slag"), choices=CalendarEntry.Kind.choices)
    navn = forms.CharField(
        label=_("Navn"),
        max_length=80,
        help_text=_("For eksempel høstferie."),
        error_messages={"required": _("Skriv et navn, for eksempel høstferie.")},
    )
    fra = day(_("Første dag"))
    til = day(_("Siste dag"), required=False, help_text=_("La stå tomt for én dag."))
    use_required_attribute = False

    def __init__(self, *args: Any, schools: Iterable[School], common: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schools: dict[str, School | None] = {self.EVERYBODY: None} if common else {}
        self.schools |= {str(school.uuid): school for school in schools}
        names = [(key, school.name if school else _("Alle skoler")) for key, school in self.schools.items()]
        cast(forms.ChoiceField, self.fields["skole"]).choices = names
        if len(names) == 1:
            self.fields["skole"].widget = forms.HiddenInput()
            self.fields["skole"].initial = names[0][0]

    @property
    def school(self) -> School | None:
        return self.schools[self.cleaned_data["skole"]]

    @property
    def chosen(self) -> dict[str, Any]:
        data = self.cleaned_data
        first = data["fra"]
        return {"kind": data["slag"], "name": data["navn"], "first_day": first, "last_day": data["til"] or first}
