"""The archive log's filter, and a school's archive settings."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accessctl.models import RoleAssignment, School, User
from archive.models import CaseOwner, DeliveryQuerySet, SchoolArchiveSettings, SchoolFolder
from archive.sensitive import kinds_of_sensitive
from schoolapp.lib import clock
from schoolapp.lib.date_field import DateField

EARLIEST_CASE = 1990  # before any municipality kept its cases in a system of this kind


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
            "administrative_unit",
            "registry_unit",
            "pupil_series",
            "school_series",
            "access_group",
        )
        help_texts = {
            "administrative_unit": _("Kortkoden for enheten i arkivet."),
        }


class OwnerForm(forms.ModelForm):  # type: ignore[type-arg]
    """«Ny rektor»: from which day, who, and with which initials."""

    use_required_attribute = False
    from_date = DateField(
        label=_("Fra og med"),
        help_text=_("Gjelder fra midnatt den dagen. Det som er sendt før, endres ikke."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    class Meta:
        model = CaseOwner
        fields = ("from_date", "name", "initials", "signs_as", "user")
        help_texts = {
            "initials": _("Må være helt like initialene på brukeren i arkivet."),
            "signs_as": _("Slik det skal stå under brevene, for eksempel «rektor» eller «konstituert rektor»."),
            "user": _("Personen som signerer. La stå tomt hvis brukeren ikke finnes her ennå."),
        }

    def __init__(self, *args: Any, school: School, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.fields["user"]
        assert isinstance(person, forms.ModelChoiceField)
        working = RoleAssignment.objects.on().filter(school=school).values("user")
        person.queryset = User.objects.filter(pk__in=working, is_active=True).order_by("display_name")
        person.empty_label = _("Ingen bruker valgt")

    def clean_from_date(self) -> date:
        day: date = self.cleaned_data["from_date"]
        if day < clock.today():
            raise forms.ValidationError(_("Velg i dag eller en senere dag. Det som har vært, skrives ikke om."))
        return day

    def clean_initials(self) -> str:
        return str(self.cleaned_data["initials"]).strip()


class SchoolFolderForm(forms.ModelForm):  # type: ignore[type-arg]
    use_required_attribute = False

    class Meta:
        model = SchoolFolder
        fields = ("title", "case_year", "sequence_number", "series", "access_group", "access_code", "classes")
        help_texts = {
            "case_year": _("Fylles ut når mappen er laget i arkivet. Lages den herfra, kommer nummeret av seg selv."),
            "classes": _("Skilles med komma. Den første er den viktigste."),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        latest = clock.today().year + 1
        if (year := data.get("case_year")) and not EARLIEST_CASE <= year <= latest:
            self.add_error(
                "case_year",
                _("Skriv et år fra %(first)s til %(last)s.") % {"first": EARLIEST_CASE, "last": latest},
            )
        if bool(data.get("case_year")) != bool(data.get("sequence_number")):
            self.add_error("sequence_number", _("Fyll ut både år og sekvensnummer, eller ingen av dem."))
        return data
