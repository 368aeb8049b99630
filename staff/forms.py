"""Forms about employees: the filter of the list, and the form for IKT."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from schoolapp.lib import clock
from schoolapp.lib.date_field import DateField
from staff.models import Employee, IctOrder, Position

ANY = ("", _("Alle"))
SOON_DAYS = 60


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def date_field(label: Any, **kwargs: Any) -> DateField:
    return DateField(
        label=label,
        widget=DateInput(),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        **kwargs,
    )


def choice(form: forms.Form, name: str) -> forms.ChoiceField:
    return cast(forms.ChoiceField, form.fields[name])


class StaffFilter(forms.Form):
    """The filter above the list of employees; it lives in the address."""

    sok = forms.CharField(
        label=_("Navn"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    skole = forms.ChoiceField(label=_("Skole"), required=False)
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", _("Ansatt i dag")),
            ("ny", _("Begynner eller nettopp begynt")),
            ("slutter", _("Slutter innen 60 dager")),
            ("sluttet", _("Har sluttet")),
        ],
    )

    def __init__(self, data: Any, *, schools: Iterable[School]) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.schools = {str(school.uuid): school for school in schools}
        choice(self, "skole").choices = [ANY, *((uuid, school.name) for uuid, school in self.schools.items())]
        if len(self.schools) < 2:
            del self.fields["skole"]
        self.is_valid()

    def found(self, rows: QuerySet[Employee]) -> QuerySet[Employee]:
        """The employees the filter leaves. A value that is not among the choices filters nothing."""
        chosen = self.cleaned_data
        today, soon = clock.today(), timedelta(days=SOON_DAYS)
        match chosen.get("status", ""):
            case "sluttet":
                rows = rows.filter(employed_to__lt=today)
            case "slutter":
                rows = rows.filter(employed_to__gte=today, employed_to__lte=today + soon)
            case "ny":
                rows = rows.employed().filter(employed_from__gte=today - soon)  # type: ignore[attr-defined]
            case _status:
                rows = rows.employed()  # type: ignore[attr-defined]
        if chosen.get("skole"):
            here = Position.objects.filter(school=self.schools[chosen["skole"]])
            if chosen.get("status") != "sluttet":
                here = here.on()
            rows = rows.filter(pk__in=here.values("employee"))
        return rows.called(chosen.get("sok", ""))  # type: ignore[attr-defined]

    @property
    def is_active(self) -> bool:
        return any(self.cleaned_data.values())


class OrderForm(forms.ModelForm):
    """What a new employee needs."""

    use_required_attribute = False
    equipment = forms.MultipleChoiceField(
        label=_("Utstyr"),
        choices=IctOrder.Equipment.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    needed_from = date_field(_("Trengs fra"))

    class Meta:
        model = IctOrder
        fields = ["needed_from", "equipment", "systems", "comment"]
        help_texts = {
            "systems": _("For eksempel e-post, Feide, lønn og timeplan."),
            "comment": _("Ikke skriv om helse eller andre private forhold."),
        }
        widgets = {"comment": forms.Textarea(attrs={"rows": 3})}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not (data.get("equipment") or data.get("systems") or data.get("comment")):
            message = _("Kryss av for utstyr eller skriv hvilke systemer som trengs. Trengs ingenting, velg det under.")
            self.add_error("equipment", message)
        return data
