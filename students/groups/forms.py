"""Forms that find groups, and put employees on them."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from schoolapp.lib import clock
from staff.models import Employee
from students.actions import functions_in
from students.models import Group, GroupStaffing
from students.rights.forms import ANY, choice, date_field


class GroupFilter(forms.Form):
    """The filter above the list of groups; it lives in the address."""

    skole = forms.ChoiceField(label=_("Skole"), required=False)
    trinn = forms.ChoiceField(
        label=_("Trinn"), required=False, choices=[ANY, *((str(n), f"{n}.") for n in range(1, 11))]
    )
    slag = forms.ChoiceField(label=_("Slag"), required=False, choices=[ANY, *Group.Kind.choices])

    def __init__(self, data: Any, *, schools: Iterable[School]) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.schools = {str(school.uuid): school for school in schools}
        choice(self, "skole").choices = [ANY, *((uuid, school.name) for uuid, school in self.schools.items())]
        if len(self.schools) < 2:
            del self.fields["skole"]
        self.is_valid()

    def found(self, groups: QuerySet[Group]) -> QuerySet[Group]:
        """The groups the filter leaves. A value that is not among the choices filters nothing."""
        chosen = self.cleaned_data
        if chosen.get("skole"):
            groups = groups.filter(school=self.schools[chosen["skole"]])
        if chosen.get("trinn"):
            groups = groups.filter(grade_level=int(chosen["trinn"]))
        if chosen.get("slag"):
            groups = groups.filter(kind=chosen["slag"])
        return groups

    @property
    def is_active(self) -> bool:
        return any(self.cleaned_data.values())


class StaffForm(forms.Form):
    """Who becomes responsible for the group, as what and for how long."""

    ansatt = forms.ChoiceField(
        label=_("Ansatt"),
        help_text=_("Ansatte med en rolle ved skolen. Mangler noen, må de først få en rolle under Tilganger."),
        error_messages={"required": _("Velg en ansatt.")},
    )
    funksjon = forms.ChoiceField(label=_("Funksjon"), error_messages={"required": _("Velg en funksjon.")})
    fra = date_field(_("Fra"))
    til = date_field(_("Til og med"), required=False, help_text=_("La stå tomt når ansvaret ikke har sluttdato."))
    use_required_attribute = False

    def __init__(self, *args: Any, group: Group, employees: Iterable[Employee], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.employees = {str(employee.uuid): employee for employee in employees}
        people = [
            (uuid, f"{employee.person.family_name}, {employee.person.given_name} ({employee.employee_number})")
            for uuid, employee in self.employees.items()
        ]
        choice(self, "ansatt").choices = [("", _("Velg ansatt")), *people]
        functions = [(function.value, function.label.capitalize()) for function in functions_in(group)]
        choice(self, "funksjon").choices = functions if len(functions) == 1 else [("", _("Velg funksjon")), *functions]
        self.fields["fra"].initial = clock.today()

    @property
    def employee(self) -> Employee:
        return self.employees[self.cleaned_data["ansatt"]]

    @property
    def function(self) -> GroupStaffing.Function:
        return GroupStaffing.Function(self.cleaned_data["funksjon"])


class LastDayForm(forms.Form):
    siste_dag = date_field(_("Siste dag"), help_text=_("Elevene er synlige ut denne dagen."))
    use_required_attribute = False
