"""Forms that find groups, and put employees on them."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from schoolapp.lib import clock
from schoolapp.lib.date_field import DateField
from schools.models import SchoolYear
from staff.models import Employee
from students.actions import functions_in
from students.groups.when import When, when
from students.models import Group, GroupStaffing
from students.rights.forms import ANY, DateInput, choice, date_field


def day_field(label: Any) -> DateField:
    """A day one may leave out. One that is not in the calendar is said so."""
    return DateField(
        label=label,
        required=False,
        widget=DateInput(),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
    )


class GroupFilter(forms.Form):
    """The filter above the list of groups; it lives in the address."""

    skole = forms.ChoiceField(label=_("Skole"), required=False)
    trinn = forms.ChoiceField(
        label=_("Trinn"), required=False, choices=[ANY, *((str(n), f"{n}.") for n in range(1, 11))]
    )
    slag = forms.ChoiceField(label=_("Slag"), required=False, choices=[ANY, *Group.Kind.choices])
    ar = forms.ChoiceField(label=_("Skoleår"), required=False)
    dag = day_field(_("Vis per dato"))

    def __init__(self, data: Any, *, schools: Iterable[School], years: Iterable[SchoolYear] = ()) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.years = {str(year): year for year in years}
        choice(self, "ar").choices = [(name, name) for name in self.years]
        if len(self.years) < 2:
            del self.fields["ar"]
        self.schools = {str(school.uuid): school for school in schools}
        choice(self, "skole").choices = [ANY, *((uuid, school.name) for uuid, school in self.schools.items())]
        if len(self.schools) < 2:
            del self.fields["skole"]
        self.is_valid()
        leave_out_no_day(self)
        if "ar" in self.fields and not self.cleaned_data.get("ar"):
            # The choice shows the year that is shown, also when a day alone decided it.
            self.data = {**dict(self.data.items()), "ar": str(self.when.year)}

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
    def when(self) -> When:
        return when(self.cleaned_data.get("dag"), self.years, self.cleaned_data.get("ar", ""))

    @property
    def is_active(self) -> bool:
        return any(self.cleaned_data.values())


class DayForm(forms.Form):
    """The day a group is shown as it was."""

    dag = day_field(_("Vis per dato"))
    use_required_attribute = False

    def __init__(self, data: Any) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.is_valid()
        leave_out_no_day(self)


def leave_out_no_day(form: forms.Form) -> None:
    """What is no day is said to be none; it is not written into the field, which takes days only."""
    if "dag" in form.errors:
        form.data = {name: value for name, value in form.data.items() if name != "dag"}


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
        functions = [(function.value, capfirst(function.label)) for function in functions_in(group)]
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
