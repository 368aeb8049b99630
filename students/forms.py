"""Forms about who can see a pupil. The filter of the list of pupils is in `students.lists`."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from students.models import Student
from students.names import named
from students.watchers import GUARDIAN, SELF, STAFF, Watcher

ANY = ("", _("Alle"))


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
