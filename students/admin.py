from typing import Any

from django import forms
from django.contrib.admin import register
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accessctl.console import DateInput, RegisterAdmin, site
from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.registers.forms import RegisterForm
from people.models import Protection
from schoolapp.lib import clock
from schools.fields import SchoolYearField
from staff.models import Employee
from students.models import Group, GroupStaffing


class SchoolField(forms.ModelChoiceField):
    """A school by its organisation number, which files can carry."""

    default_error_messages = {
        "invalid_choice": _("Vi finner ingen skole du kan endre med dette organisasjonsnummeret.")
    }

    def __init__(self) -> None:
        super().__init__(queryset=School.objects.none(), to_field_name="org_number", label=_("Skole"), empty_label=None)

    def prepare_value(self, value: Any) -> Any:
        found = School.objects.filter(pk=value).first() if isinstance(value, int) else value
        return super().prepare_value(found)


class GroupForm(RegisterForm):
    school = SchoolField()
    school_year = SchoolYearField(label=_("Skoleår"))

    class Meta:
        model = Group
        fields = ["school", "school_year", "kind", "name", "grade_level"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school"].queryset = editable_schools(self.user)  # type: ignore[attr-defined]


def editable_schools(user: Any) -> QuerySet[School]:
    return School.objects.visible_to(user, Permission.EDIT_GROUPS) if user else School.objects.none()


@register(Group, site=site)
class GroupAdmin(RegisterAdmin):
    heading = _("Klasser og grupper")
    lede = _("Klassene og gruppene ved skolene. Hvem som går i dem, står på klassens egen side.")
    list_display = ["name", "school", "school_year", "kind", "grade_level"]
    list_filter = ["school_year", "kind"]
    search_fields = ["name", "school__name"]
    list_select_related = ["school", "school_year"]
    ordering = ["-school_year", "school__name", "name"]
    view_permission = Permission.VIEW_GROUPS
    change_permission = Permission.EDIT_GROUPS
    form = GroupForm
    key = ("school", "school_year", "kind", "name")
    columns = ("school", "school_year", "kind", "name", "grade_level")
    file_name = "grupper"


class StaffingForm(RegisterForm):
    """Written with the group's name and the employee's number, as lists from the schools have them."""

    school = SchoolField()
    school_year = SchoolYearField(label=_("Skoleår"))
    group_name = forms.CharField(label=_("Klasse eller gruppe"), max_length=60)
    employee = forms.ModelChoiceField(
        queryset=Employee.objects.none(),
        to_field_name="employee_number",
        label=_("Ansattnummer"),
        widget=forms.TextInput,
        error_messages={"invalid_choice": _("Vi finner ingen ansatt med dette nummeret.")},
    )

    class Meta:
        model = GroupStaffing
        fields = ["school", "school_year", "group_name", "employee", "function", "valid_from", "valid_to"]
        widgets = {"valid_from": DateInput, "valid_to": DateInput}
        labels = {"valid_from": _("Fra"), "valid_to": _("Til og med")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school"].queryset = editable_schools(self.user)  # type: ignore[attr-defined]
        self.fields["employee"].queryset = Employee.objects.filter(  # type: ignore[attr-defined]
            person__protection=Protection.NONE
        )
        if self.instance.pk:
            group = self.instance.group
            self.initial.update(school=group.school, school_year=group.school_year, group_name=group.name)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"school", "school_year", "group_name"} <= data.keys():
            found = Group.objects.filter(
                school=data["school"], school_year=data["school_year"], name__iexact=data["group_name"]
            )
            if len(groups := list(found[:2])) != 1:
                self.add_error(
                    "group_name", _now("Skolen har ikke akkurat én gruppe med dette navnet dette skoleåret.")
                )
            else:
                self.instance.group = groups[0]
        if self.changed_data:
            self.check_responsibility(data)
        return data

    def check_responsibility(self, data: dict[str, Any]) -> None:
        """As on the group's own page: nobody gives themselves pupils, and nothing is given or taken back in time."""
        today, was_to = clock.today(), self.initial.get("valid_to")
        employee, start, end = data.get("employee"), data.get("valid_from"), data.get("valid_to")
        if employee and self.user and employee.person.user_id == self.user.pk:
            self.add_error("employee", _now("Du kan ikke gi deg selv ansvar for en gruppe. Be en kollega."))
        if not self.instance.pk:
            if start and start < today:
                self.add_error("valid_from", _now("Ansvar kan ikke gis tilbake i tid. Velg dagen i dag eller senere."))
        elif set(self.changed_data) - {"valid_to"}:
            self.add_error(None, _now("Bare sluttdatoen kan endres. Avslutt ansvaret, og legg til et nytt."))
        elif (was_to and was_to < today) or (end and end < today):
            self.add_error("valid_to", _now("Det som er avsluttet, endres ikke. Velg dagen i dag eller senere."))


@register(GroupStaffing, site=site)
class GroupStaffingAdmin(RegisterAdmin):
    heading = _("Hvem som har gruppene")
    lede = _("Hvem som har ansvar for en klasse eller gruppe, og når. Læreren ser elevene så lenge det varer.")
    list_display = ["group", "school", "employee", "function", "valid_from", "valid_to"]
    list_filter = ["function"]
    search_fields = ["group__name", "group__school__name", "employee__employee_number", "employee__person__family_name"]
    list_select_related = ["group__school", "employee__person"]
    ordering = ["group__school__name", "group__name", "pk"]
    view_permission = Permission.VIEW_GROUPS
    change_permission = Permission.EDIT_GROUPS
    form = StaffingForm
    key = ("school", "school_year", "group_name", "employee", "function", "valid_from")
    columns = (*key, "valid_to")
    file_name = "bemanning"

    def school(self, row: GroupStaffing) -> str:
        return row.group.school.name

    school.short_description = _("skole")  # type: ignore[attr-defined]

    def reached(self, user: Any, permission: Permission) -> QuerySet[GroupStaffing]:
        """Of the groups one reaches; staff with address protection are left out."""
        groups = Group.objects.visible_to(user, permission)
        rows = GroupStaffing.objects.filter(group__in=groups, employee__person__protection=Protection.NONE)
        return rows.select_related("group__school", "group__school_year", "employee__person").order_by(*self.ordering)

    def found(self, wanted: dict[str, Any]) -> GroupStaffing | None:
        wanted = dict(wanted)
        return GroupStaffing.objects.filter(
            group__school=wanted.pop("school"),
            group__school_year=wanted.pop("school_year"),
            group__name__iexact=wanted.pop("group_name"),
            **wanted,
        ).first()
