"""Forms about variable pay."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from schoolapp.lib import clock
from staff.forms import choice, date_field
from staff.models import PayCode, PayLine, Position
from staff.numbers import as_decimal, from_decimal
from staff.pay.actions import Work
from staff.pay.listing import Month


class QuantityField(forms.CharField):
    """A positive number with at most two decimals, as hundredths."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_length=12, error_messages={"required": _("Skriv hvor mye.")}, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            found = from_decimal(text)
        except ValueError:
            found = 0
        if found <= 0:
            raise forms.ValidationError(gettext("Skriv et tall over null med høyst to desimaler, for eksempel 3,5."))
        return found


class WorkForm(forms.Form):
    """One line of variable pay."""

    use_required_attribute = False
    stilling = forms.ChoiceField(label=_("Ansatt og stilling"), error_messages={"required": _("Velg en ansatt.")})
    lonnsart = forms.ChoiceField(label=_("Lønnsart"), error_messages={"required": _("Velg en lønnsart.")})
    fra = date_field(_("Fra"))
    til = date_field(_("Til og med"), required=False, help_text=_("La stå tomt for én dag."))
    antall = QuantityField(label=_("Antall"), help_text=_("I enheten til lønnsarten, for eksempel 3,5 timer."))
    kommentar = forms.CharField(
        label=_("Kommentar"),
        max_length=120,
        required=False,
        help_text=_("Følger med til lønn. Ikke skriv navn på elever eller noe om helse."),
    )

    def __init__(self, data: Any, *, positions: Iterable[Position], line: PayLine | None = None) -> None:
        super().__init__(data, initial=initial_of(line))
        self.positions = {str(position.uuid): position for position in positions}
        self.codes = {code.code: code for code in PayCode.objects.filter(is_active=True)}
        people = [(uuid, worker(position)) for uuid, position in self.positions.items()]
        choice(self, "stilling").choices = [("", _("Velg ansatt")), *people]
        codes = [(code.code, f"{code} ({code.unit})") for code in self.codes.values()]
        choice(self, "lonnsart").choices = [("", _("Velg lønnsart")), *codes]

    def work(self) -> Work:
        data = self.cleaned_data
        return Work(
            position=self.positions[data["stilling"]],
            pay_code=self.codes[data["lonnsart"]],
            first_day=data["fra"],
            last_day=data["til"] or data["fra"],
            quantity=data["antall"],
            comment=data["kommentar"],
        )


def worker(position: Position) -> str:
    """Who, by number, as what and where: people may share a name, and one may have two positions."""
    employee = position.employee
    name = f"{employee.person.family_name}, {employee.person.given_name}"
    return f"{name} ({employee.employee_number}), {position}, {position.school}"


def initial_of(line: PayLine | None) -> dict[str, Any]:
    if line is None:
        return {"fra": clock.today()}
    return {
        "stilling": str(line.position.uuid),
        "lonnsart": line.pay_code.code,
        "fra": line.first_day,
        "til": line.last_day,
        "antall": as_decimal(line.quantity),
        "kommentar": line.comment,
    }


class CorrectForm(forms.Form):
    """How much of a transferred line is taken back."""

    use_required_attribute = False
    antall = QuantityField(label=_("Antall som trekkes"))
    kommentar = forms.CharField(
        label=_("Kommentar"), max_length=120, error_messages={"required": _("Skriv hva som var feil.")}
    )


class MonthForm(forms.Form):
    """Which school and month is to be transferred."""

    maaned = forms.ChoiceField(label=_("Måned"))

    def __init__(self, data: Any, *, months: Iterable[Month]) -> None:
        self.months = {month.key: month for month in months}
        first = next(iter(self.months), "")
        chosen = data.get("maaned", "")
        super().__init__({"maaned": chosen if chosen in self.months else first}, auto_id="filter_%s")
        choice(self, "maaned").choices = [
            (key, f"{month.period:%m.%Y}, {month.school}") for key, month in self.months.items()
        ]
        self.is_valid()

    @property
    def month(self) -> Month | None:
        return self.months.get(self.cleaned_data.get("maaned", ""))
