"""The form that says which school a unit of HR is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from staff.models import OrgUnit


class UnitForm(forms.ModelForm):
    use_required_attribute = False

    class Meta:
        model = OrgUnit
        fields = ["school", "is_outside"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        school = self.fields["school"]
        assert isinstance(school, forms.ModelChoiceField)
        school.queryset = School.objects.order_by("name")
        school.empty_label = _("Ikke valgt")
