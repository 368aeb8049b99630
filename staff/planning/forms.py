"""Forms of position planning."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from schools.models import SchoolYear
from staff.forms import choice
from staff.models import Employee, PlannedLessons, Stage
from staff.numbers import as_decimal
from staff.pay.forms import QuantityField


class PlanFilter(forms.Form):
    """Which school and year; it lives in the address."""

    skole = forms.ChoiceField(label=_("Skole"), required=False)
    aar = forms.ChoiceField(label=_("Skoleår"), required=False)

    def __init__(self, data: Any, *, schools: Iterable[School], years: Iterable[SchoolYear]) -> None:
        self.schools = {str(school.uuid): school for school in schools}
        self.years = {str(year.starts_on.year): year for year in years}
        current = next((key for key, year in self.years.items() if year.state == SchoolYear.State.CURRENT), "")
        super().__init__({"aar": current} | data.dict(), auto_id="filter_%s")
        choice(self, "skole").choices = [(uuid, school.name) for uuid, school in self.schools.items()]
        choice(self, "aar").choices = [
            (key, f"{year} ({year.get_state_display()})") for key, year in self.years.items()
        ]
        if len(self.schools) < 2:
            del self.fields["skole"]
        self.is_valid()

    @property
    def school(self) -> School | None:
        return self.schools.get(self.cleaned_data.get("skole", "")) or next(iter(self.schools.values()), None)

    @property
    def year(self) -> SchoolYear | None:
        current = next((year for year in self.years.values() if year.state == SchoolYear.State.CURRENT), None)
        return self.years.get(self.cleaned_data.get("aar", "")) or current or next(iter(self.years.values()), None)


class LessonsForm(forms.Form):
    """Teaching of one group in one subject."""

    use_required_attribute = False
    gruppe = forms.CharField(
        label=_("Gruppe"), max_length=60, error_messages={"required": _("Skriv hvilken klasse eller gruppe.")}
    )
    fag = forms.CharField(
        label=_("Fag eller oppgave"),
        max_length=80,
        help_text=_("For eksempel matematikk, eller kontaktlærer når oppgaven gir redusert undervisning."),
        error_messages={"required": _("Skriv fag eller oppgave.")},
    )
    trinn = forms.ChoiceField(label=_("Hovedtrinn"), choices=Stage.choices)
    timer = QuantityField(label=_("Timer i året"), help_text=_("Timer på 60 minutter, med høyst to desimaler."))
    ansatt = forms.ChoiceField(label=_("Lærer"), required=False)

    def __init__(
        self, data: Any, *, employees: Iterable[Employee], stage: str, row: PlannedLessons | None = None
    ) -> None:
        super().__init__(data, initial=initial_of(row, stage))
        self.employees = {str(employee.uuid): employee for employee in employees}
        people = [
            (uuid, f"{e.person.family_name}, {e.person.given_name} ({e.employee_number})")
            for uuid, e in self.employees.items()
        ]
        choice(self, "ansatt").choices = [("", _("Ikke fordelt ennå")), *people]

    @property
    def employee(self) -> Employee | None:
        return self.employees.get(self.cleaned_data["ansatt"])

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "group_name": data["gruppe"],
            "subject": data["fag"],
            "stage": data["trinn"],
            "hours": data["timer"],
        }


def initial_of(row: PlannedLessons | None, stage: str) -> dict[str, Any]:
    if row is None:
        return {"trinn": stage}
    return {
        "gruppe": row.group_name,
        "fag": row.subject,
        "trinn": row.stage,
        "timer": as_decimal(row.hours),
        "ansatt": str(row.employee.uuid) if row.employee else "",
    }
