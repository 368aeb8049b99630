"""The filter above the list of pupils. It lives in the URL, so that a view can be kept and shared."""

import re
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from students.models import Student
from students.names import named
from students.watchers import GUARDIAN, SELF, STAFF, Watcher

ANY = ("", _("Alle"))


class PupilFilter(forms.Form):
    sok = forms.CharField(
        label=_("Navn"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    skole = forms.ChoiceField(label=_("Skole"), required=False)
    trinn = forms.ChoiceField(
        label=_("Trinn"), required=False, choices=[ANY, *((str(n), f"{n}.") for n in range(1, 11))]
    )
    klasse = forms.ChoiceField(label=_("Klasse"), required=False)

    def __init__(self, data: Any, *, schools: QuerySet[School], pupils: QuerySet[Student]) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.pupils = pupils
        self.schools = {str(school.uuid): school for school in schools}
        self.choice("skole").choices = [ANY, *((uuid, school.name) for uuid, school in self.schools.items())]
        if len(self.schools) < 2:
            del self.fields["skole"]
        self.school = self.chosen_school(data)
        if self.school:
            self.choice("klasse").choices = [ANY, *((name, name) for name in self.class_names())]
        else:
            del self.fields["klasse"]

    def choice(self, name: str) -> forms.ChoiceField:
        return cast(forms.ChoiceField, self.fields[name])

    def chosen_school(self, data: Any) -> School | None:
        """Classes are offered when one school is in view; a whole municipality has too many of the same name."""
        if len(self.schools) == 1:
            return next(iter(self.schools.values()))
        return self.schools.get(data.get("skole", ""))

    def class_names(self) -> list[str]:
        names = self.pupils.filter(school=self.school).exclude(home_class_name="").order_by()
        return sorted(names.values_list("home_class_name", flat=True).distinct(), key=class_order)

    def found(self) -> QuerySet[Student]:
        """The pupils the filter leaves. A value that is not among the choices filters nothing."""
        self.is_valid()
        chosen = self.cleaned_data
        rows = named(self.pupils, chosen.get("sok", ""))
        if self.school:
            rows = rows.filter(school=self.school)
        if chosen.get("trinn"):
            rows = rows.filter(grade_level=int(chosen["trinn"]))
        if chosen.get("klasse"):
            rows = rows.filter(home_class_name=chosen["klasse"])
        return rows

    @property
    def is_active(self) -> bool:
        return any(self.cleaned_data.values())


def class_order(name: str) -> tuple[int, str]:
    """2A before 10A."""
    digits = re.match(r"\d+", name)
    return (int(digits[0]) if digits else 99, name)


class WatcherFilter(forms.Form):
    """Who among those with access: by what kind of person they are and what kind of data they reach."""

    hvem = forms.ChoiceField(
        label=_("Hvem"),
        required=False,
        choices=[ANY, (STAFF, _("Ansatte")), (GUARDIAN, _("Foresatte")), (SELF, _("Eleven selv"))],
    )
    hva = forms.ChoiceField(label=_("Opplysninger"), required=False)

    def __init__(self, data: Any, *, areas: list[str]) -> None:
        super().__init__(data, auto_id="filter_%s")
        cast(forms.ChoiceField, self.fields["hva"]).choices = [ANY, *((area, area) for area in areas)]

    def left_of(self, watchers: list[Watcher]) -> list[Watcher]:
        """The watchers the filter leaves. A value that is not among the choices filters nothing."""
        self.is_valid()
        kind, area = self.cleaned_data.get("hvem"), self.cleaned_data.get("hva")
        return [w for w in watchers if (not kind or w.kind == kind) and (not area or area in w.areas)]


class PupilName(forms.Form):
    navn = forms.CharField(
        label=_("Elevens navn"),
        max_length=100,
        help_text=_("Skriv fornavn, etternavn eller begge deler."),
        error_messages={"required": _("Skriv navnet på eleven.")},
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def found(self, pupils: QuerySet[Student]) -> QuerySet[Student]:
        return named(pupils, self.cleaned_data["navn"]).select_related("person", "school").order_by("sort_name", "pk")
