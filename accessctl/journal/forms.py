"""Forms of the privacy officer's screens. Names are sent in the body of a request, never in an address."""

from datetime import datetime, time, timedelta
from typing import Any, cast
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accessctl.journal.folding import SEARCHES
from accessctl.journal.tracking import tracked
from accessctl.journal.words import ACTIONS, action_name
from accessctl.models import School, User
from schoolapp.lib import clock
from schoolapp.lib.date_field import DateField

ANY = ("", _("Alle"))
DAYS_SHOWN = 30


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Period(forms.Form):
    """A period of Norwegian days, both included; the last thirty when nothing else is said."""

    fra = DateField(label=_("Fra"), required=False, widget=DateInput())
    til = DateField(label=_("Til og med"), required=False, widget=DateInput())
    elev = forms.UUIDField(required=False, widget=forms.HiddenInput)
    ansatt = forms.RegexField("^[0-9a-f]{32}$", required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, **choices: list[Any]) -> None:
        data = data.copy()
        data["fra"] = data.get("fra") or (clock.today() - timedelta(days=DAYS_SHOWN)).isoformat()
        data["til"] = data.get("til") or clock.today().isoformat()
        super().__init__(data, auto_id="filter_%s")
        for name, values in choices.items():
            cast(forms.ChoiceField, self.fields[name]).choices = values
        self.is_valid()
        self.chosen: dict[str, Any] = self.cleaned_data

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["fra"] = data.get("fra") or clock.today() - timedelta(days=DAYS_SHOWN)
        data["til"] = data.get("til") or clock.today()
        return data

    @property
    def pupil(self) -> UUID | None:
        found: UUID | None = self.chosen.get("elev")
        return found

    @property
    def employee(self) -> User | None:
        name = self.chosen.get("ansatt")
        return User.objects.filter(username=name).first() if name else None

    def within(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        start = datetime.combine(self.chosen["fra"], time.min, clock.OSLO)
        end = datetime.combine(self.chosen["til"] + timedelta(days=1), time.min, clock.OSLO)
        return rows.filter(at__gte=start, at__lt=end)


class LogFilter(Period):
    handling = forms.ChoiceField(label=_("Handling"), required=False, choices=[ANY, *ACTIONS.items()])
    skole = forms.ChoiceField(label=_("Skole"), required=False)
    skjul_egne = forms.BooleanField(label=_("Skjul mine egne søk"), required=False)

    def __init__(self, data: Any, *, schools: QuerySet[School], reader: User) -> None:
        self.reader = reader
        self.schools = {str(school.uuid): school for school in schools}
        super().__init__(data, skole=[ANY, *((uuid, school.name) for uuid, school in self.schools.items())])
        if not self.schools:
            del self.fields["skole"], self.fields["skjul_egne"]

    def found(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The lines the filter leaves, newest first. A value that is not among the choices filters nothing."""
        rows = self.within(rows)
        if self.pupil:
            rows = rows.filter(about=self.pupil)
        if self.chosen.get("ansatt"):
            rows = rows.filter(user=self.employee)
        if self.chosen.get("handling"):
            rows = rows.filter(action=self.chosen["handling"])
        if self.chosen.get("skole"):
            rows = rows.filter(school=self.schools[self.chosen["skole"]])
        if self.chosen.get("skjul_egne"):
            rows = rows.exclude(user=self.reader, action__in=SEARCHES)
        return rows.select_related("user").order_by("-at", "-pk")

    def summary(self) -> str:
        """What was searched for, for the log's own line about the search. No names."""
        parts = [f"{self.chosen['fra']:%d.%m.%Y}–{self.chosen['til']:%d.%m.%Y}"]
        if self.chosen.get("ansatt"):
            parts.append(f"ansatt {self.chosen['ansatt'][:8]}")
        if self.chosen.get("handling"):
            parts.append(action_name(self.chosen["handling"]))
        if self.chosen.get("skole"):
            parts.append(self.schools[self.chosen["skole"]].name)
        return ", ".join(parts)[:120]


class ChangeFilter(Period):
    register = forms.ChoiceField(label=_("Register"), required=False)

    def __init__(self, data: Any) -> None:
        names = sorted((str(entry.model._meta.verbose_name), table) for table, entry in tracked().items())
        super().__init__(data, register=[ANY, *((table, name.capitalize()) for name, table in names)])


class FindPupil(forms.Form):
    use_required_attribute = False
    navn = forms.CharField(
        label=_("Elevens fulle navn"), max_length=200, error_messages={"required": _("Skriv navnet på eleven.")}
    )
    fodselsdato = DateField(
        label=_("Fødselsdato"),
        widget=DateInput(),
        error_messages={"required": _("Skriv inn en dato, for eksempel 14.08.2026.")},
    )


class FindEmployee(forms.Form):
    use_required_attribute = False
    navn = forms.CharField(
        label=_("Navn på den ansatte eller en annen bruker"),
        min_length=2,
        max_length=200,
        error_messages={
            "required": _("Skriv minst to bokstaver av navnet."),
            "min_length": _("Skriv minst to bokstaver av navnet."),
        },
    )


class Assessment(forms.Form):
    vurdering = forms.CharField(
        label=_("Vurdering"),
        min_length=5,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Skriv hva du fant ut, og om noe må følges opp. Vurderingen kan ikke endres etterpå."),
    )
