from typing import Any

from django import forms
from django.contrib.admin import register
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accessctl.console import DateInput, RegisterAdmin, site
from accessctl.registers.forms import RegisterForm
from schools.models import SchoolYear, Subject
from schools.rules import is_school_year


class SchoolYearForm(RegisterForm):
    class Meta:
        model = SchoolYear
        fields = ["starts_on", "ends_on", "state"]
        widgets = {"starts_on": DateInput, "ends_on": DateInput}

    def clean(self) -> dict[str, Any]:
        """1 August to 31 July (STR-05), no day in two years, and one current year."""
        data = super().clean() or {}
        start, end = data.get("starts_on"), data.get("ends_on")
        if not start or not end:
            return data
        if not is_school_year(start, end):
            example = f"01.08.{start.year} – 31.07.{start.year + 1}"
            text = gettext("Et skoleår går fra 1. august til 31. juli året etter, for eksempel %(example)s.")
            raise forms.ValidationError(text % {"example": example})
        others = SchoolYear.objects.exclude(pk=self.instance.pk)
        if overlapping := others.filter(starts_on__lte=end, ends_on__gte=start).first():
            raise forms.ValidationError(gettext("Skoleåret overlapper %(year)s. Rett datoene.") % {"year": overlapping})
        current = others.filter(state=SchoolYear.State.CURRENT).first()
        if data.get("state") == SchoolYear.State.CURRENT and current:
            text = gettext("Bare ett skoleår kan være inneværende, og det er %(year)s.")
            self.add_error("state", text % {"year": current})
        return data


@register(SchoolYear, site=site)
class SchoolYearAdmin(RegisterAdmin):
    lede = _("Skoleåret går fra 1. august til 31. juli. Bare ett kan være i gang.")
    list_display = ["__str__", "starts_on", "ends_on", "state"]
    form = SchoolYearForm
    key = ("starts_on",)
    columns = ("starts_on", "ends_on", "state")
    file_name = "skolear"


class SubjectForm(RegisterForm):
    class Meta:
        model = Subject
        fields = ["code", "name_nb", "name_nn", "is_elective", "grade_from", "grade_to", "valid_from", "valid_to"]
        widgets = {"valid_from": DateInput, "valid_to": DateInput}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("grade_from"), data.get("grade_to")
        if (first is None) != (last is None):
            self.add_error("grade_to", gettext("Skriv både fra trinn og til trinn, eller la begge stå tomme."))
        elif first is not None and last is not None and not 1 <= first <= last <= 10:
            self.add_error("grade_to", gettext("Trinnene går fra 1 til 10, og til trinn kan ikke være før fra trinn."))
        start, end = data.get("valid_from"), data.get("valid_to")
        if start and end and end < start:
            self.add_error("valid_to", gettext("Sluttdatoen er før startdatoen."))
        return data


@register(Subject, site=site)
class SubjectAdmin(RegisterAdmin):
    lede = _("Fagene gruppene kan ha. Udirs liste leses inn på siden Fag; her kan lokale fag legges til.")
    list_display = ["name_nb", "code", "is_elective", "grade_from", "grade_to", "valid_from", "valid_to"]
    list_filter = ["is_elective"]
    search_fields = ["name_nb", "name_nn", "code"]
    form = SubjectForm
    key = ("code",)
    columns = ("code", "name_nb", "name_nn", "grade_from", "grade_to", "valid_from", "valid_to")
    file_name = "fag"
