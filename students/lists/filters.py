"""The filter above the list of pupils. It lives in the URL, so that a view can be kept and shared."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock
from schoolapp.lib.date_field import DateField
from schools.models import SchoolYear
from students.models import Group

ANY = ("", _("Alle"))
MAIN = ("sok", "skole", "trinn", "klasse")
FORMS = (("nb", _("Bokmål")), ("nn", _("Nynorsk")))
SEXES = (("kvinne", _("Jente")), ("mann", _("Gutt")))


class PupilFilter(forms.Form):
    """A value that is not among the choices filters nothing. Fields a user has no right to are not there at all."""

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
    gruppe = forms.ChoiceField(label=_("Gruppe"), required=False)
    maalform = forms.ChoiceField(label=_("Målform"), required=False, choices=[ANY, *FORMS])
    kjonn = forms.ChoiceField(label=_("Kjønn"), required=False, choices=[ANY, *SEXES])
    aar = forms.ChoiceField(label=_("Skoleår"), required=False)
    dag = DateField(
        label=_("Per dato"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    annet_sted = forms.BooleanField(
        label=_("Bare elever med opplæring et annet sted"),
        required=False,
        widget=forms.CheckboxInput(attrs={"value": "ja"}),
    )
    uten_skole = forms.BooleanField(
        label=_("Bare barn uten skoleplass nå"), required=False, widget=forms.CheckboxInput(attrs={"value": "ja"})
    )
    sperre = forms.BooleanField(
        label=_("Bare elever med adressesperre"), required=False, widget=forms.CheckboxInput(attrs={"value": "ja"})
    )

    def __init__(self, data: Any, *, user: User, schools: Iterable[School]) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.user = user
        self.schools = {str(school.uuid): school for school in schools}
        self.sees_all_years = bool(scope_of(user).reach(Permission.SEE_ALL_YEARS))
        self.years: dict[str, SchoolYear] = {}
        self.leave_out_the_forbidden()
        self.choice("skole").choices = [ANY, *((uuid, school.name) for uuid, school in self.schools.items())]
        if len(self.schools) < 2:
            del self.fields["skole"]
        self.school = self.chosen_school(data)
        self.year, self.day = self.chosen_day(data)
        if self.day or not scope_of(user).reach(Permission.VIEW_PUPIL).everything:
            del self.fields["uten_skole"]
        self.groups: dict[str, Group] = {}
        self.classes: dict[str, Group] = {}
        self.offer_groups()
        self.is_valid()

    def leave_out_the_forbidden(self) -> None:
        scope = scope_of(self.user)
        if not scope.holds(Permission.VIEW_CONTACT):
            del self.fields["kjonn"]
        if not scope.holds(Permission.SEE_PROTECTED):
            del self.fields["sperre"]
        reach = scope.reach(Permission.VIEW_PUPIL)
        if self.sees_all_years:
            self.years = {str(year.starts_on.year): year for year in SchoolYear.objects.all()}
            self.choice("aar").choices = [("", _("Dette skoleåret")), *((key, str(y)) for key, y in self.years.items())]
        else:
            del self.fields["aar"]
            if not (reach.everything or reach.school_ids):
                del self.fields["dag"]

    @property
    def day_not_used(self) -> str:
        """Why the day that was asked for is not the one looked at; nothing where it is."""
        asked = self.data.get("dag", "") if "dag" in self.fields else ""
        day = as_date(asked)
        if not asked or self.day or day == clock.today():
            return ""
        if day is None:
            return gettext("Denne datoen finnes ikke. Listen viser elevene i dag.")
        if self.sees_all_years:
            return gettext("Datoen hører ikke til noe skoleår her. Listen viser elevene i dag.")
        return gettext("Du kan se dager i dette skoleåret. Listen viser elevene i dag.")

    def choice(self, name: str) -> forms.ChoiceField:
        return cast(forms.ChoiceField, self.fields[name])

    def chosen_school(self, data: Any) -> School | None:
        """Classes are offered when one school is in view; a whole municipality has too many of the same name."""
        if len(self.schools) == 1:
            return next(iter(self.schools.values()))
        return self.schools.get(data.get("skole", ""))

    def chosen_day(self, data: Any) -> tuple[SchoolYear | None, date | None]:
        """The school year and the day looked at; no day for the list as it is now.

        A chosen year without a day is looked at on its last day when it is over, and on its first when it is to come.
        Without the right to all years a day outside the present year is not looked at.
        """
        day = as_date(data.get("dag", "")) if "dag" in self.fields else None
        year = self.years.get(data.get("aar", ""))
        if day is None and year is None:
            return None, None
        if year is None:
            around = self.years.values() if self.years else SchoolYear.objects.filter(state=SchoolYear.State.CURRENT)
            year = next((found for found in around if day and found.starts_on <= day <= found.ends_on), None)
        if year is None:
            return None, None
        wanted = day if day and year.starts_on <= day <= year.ends_on else clock.today()
        day = min(max(wanted, year.starts_on), year.ends_on)
        return (None, None) if day == clock.today() else (year, day)

    def offer_groups(self) -> None:
        """The classes and groups of the school in view; without one there are none to choose among."""
        if self.school is None:
            del self.fields["klasse"], self.fields["gruppe"]
            return
        rows = Group.objects.visible_to(self.user).filter(school=self.school)
        rows = rows.filter(school_year=self.year) if self.year else rows.filter(school_year__state="current")
        found = sorted(rows, key=lambda group: class_order(group.name))
        self.classes = {group.name: group for group in found if group.kind == Group.Kind.HOME_CLASS}
        names = list(self.classes)
        self.choice("klasse").choices = [ANY, *((name, name) for name in names)]
        self.groups = {str(group.uuid): group for group in found if group.kind != Group.Kind.HOME_CLASS}
        self.choice("gruppe").choices = [ANY, *((uuid, group.name) for uuid, group in self.groups.items())]
        if not self.groups:
            del self.fields["gruppe"]
        if not names:
            del self.fields["klasse"]

    def chosen(self, name: str) -> Any:
        return self.cleaned_data.get(name)

    @property
    def group(self) -> Group | None:
        return self.groups.get(self.chosen("gruppe") or "")

    @property
    def one_group(self) -> Group | None:
        """The class or group the whole list is of, as it is now."""
        return None if self.day else self.group or self.classes.get(self.chosen("klasse") or "")

    @property
    def main(self) -> list[BoundField]:
        return [field for field in self if field.name in MAIN]

    @property
    def more(self) -> list[BoundField]:
        return [field for field in self if field.name not in MAIN]

    @property
    def more_is_used(self) -> bool:
        return any(self.chosen(field.name) for field in self.more)

    @property
    def is_active(self) -> bool:
        return any(self.cleaned_data.values())

    def kept(self, *, with_name: bool = True) -> list[tuple[str, str]]:
        """What the filter says, as pairs for an address, without what says nothing."""
        pairs = []
        for name, value in self.cleaned_data.items():
            if value and (with_name or name != "sok"):
                pairs.append((name, value.isoformat() if isinstance(value, date) else "ja" if value is True else value))
        return pairs


def as_date(text: str) -> date | None:
    try:
        day: date | None = DateField(required=False).clean(text)
    except ValidationError:
        return None
    return day


def as_uuids(texts: Iterable[str]) -> set[UUID]:
    """Those of the texts that are ids."""
    found = set()
    for text in texts:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found


def class_order(name: str) -> tuple[int, str]:
    """2A before 10A."""
    digits = re.match(r"\d+", name)
    return (int(digits[0]) if digits else 99, name)
