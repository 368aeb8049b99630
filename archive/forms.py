"""The archive log's filter, and a school's archive settings."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from archive.models import DeliveryQuerySet, SchoolArchiveSettings
from archive.sensitive import kinds_of_sensitive


class LogFilter(forms.Form):
    """Lives in the URL, so that a view can be kept and shared. A school is offered when there is more than one."""

    sok = forms.CharField(
        label=_("Tittel"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    skole = forms.ChoiceField(label=_("Skole"), required=False)

    def __init__(self, data: Any, *, schools: QuerySet[School]) -> None:
        super().__init__(data, auto_id="filter_%s")
        names = {str(school.uuid): school.name for school in schools}
        field = self.fields["skole"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Alle skoler")), *names.items()]
        if len(names) < 2:
            del self.fields["skole"]
        self.is_valid()

    def applied_to(self, rows: DeliveryQuerySet) -> DeliveryQuerySet:
        """The rows the filter leaves. A value that is not among the choices filters nothing.

        Titles of sensitive documents are not searched: a hit would tell what they say.
        """
        if text := self.cleaned_data.get("sok"):
            found = rows.filter(title__icontains=text)
            rows = found.exclude(pk__in=kinds_of_sensitive(found))
        if school := self.cleaned_data.get("skole"):
            rows = rows.filter(school__uuid=school)
        return rows

    @property
    def is_active(self) -> bool:
        return any(self.cleaned_data.values())


class SetupForm(forms.ModelForm):  # type: ignore[type-arg]  # a type argument needs a patch at run time
    class Meta:
        model = SchoolArchiveSettings
        fields = (
            "case_owner_initials",
            "administrative_unit",
            "registry_unit",
            "pupil_series",
            "school_series",
            "access_group",
        )
        help_texts = {
            "case_owner_initials": _(
                "Må være helt like initialene på brukeren i Elements. Ved ny rektor endres de samme dag begge steder."
            ),
            "administrative_unit": _("Kortkoden for enheten i Elements."),
        }
