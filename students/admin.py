from typing import Any

from django import forms
from django.contrib.admin import register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accessctl.console import DateInput, RegisterAdmin, site
from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.registers.forms import RegisterForm
from people.models import Protection
from schoolapp.lib import clock
from schools.fields import SchoolYearField
from schools.models import Subject
from staff.models import Employee
from students.actions import StaffingError, end_staffing, staff_group
from students.groups.actions import change_group, open_group
from students.groups.refusals import GroupError
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


class SubjectField(forms.ModelChoiceField):
    """A subject by its code at Udir."""

    def __init__(self) -> None:
        subjects = Subject.objects.order_by("name_nb", "code")
        super().__init__(subjects, to_field_name="code", label=_("Fag"), required=False, empty_label=_("Ikke valgt"))

    def prepare_value(self, value: Any) -> Any:
        found = Subject.objects.filter(pk=value).first() if isinstance(value, int) else value
        return super().prepare_value(found)


class GroupForm(RegisterForm):
    """A group by the rules of its own page: `open_group` and `change_group` try it here and save it afterwards."""

    school = SchoolField()
    school_year = SchoolYearField(label=_("Skoleår"))
    subject = SubjectField()
    class_name = forms.CharField(
        label=_("Del av klassen"),
        max_length=60,
        required=False,
        help_text=_("Bare for kontaktlærergrupper: navnet på klassen gruppen er en del av."),
    )

    class Meta:
        model = Group
        fields = ["school", "school_year", "kind", "name", "grade_level", "subject", "unit"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school"].queryset = editable_schools(self.user)  # type: ignore[attr-defined]
        if self.instance.home_class:
            self.initial["class_name"] = self.instance.home_class.name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.changed_data and not self.errors:
            try:
                data["home_class"] = self.class_called(data["class_name"])
                self.save_group(is_trial=True)
            except GroupError as error:
                self.add_error(None, str(error))
        return data

    def validate_constraints(self) -> None:
        """Nothing more: the trial has said it in words that tell what to do."""

    def class_called(self, name: str) -> Group | None:
        if not name:
            return None
        data = self.cleaned_data
        same_place = Group.objects.filter(school=data["school"], school_year=data["school_year"])
        found = same_place.filter(kind=Group.Kind.HOME_CLASS, name__iexact=name).first()
        if found is None:
            raise GroupError(gettext("Skolen har ikke denne klassen dette skoleåret. Opprett klassen først."))
        return found

    def save_group(self, *, is_trial: bool = False) -> Group:
        """Raises GroupError."""
        data = self.cleaned_data
        told = {name: data[name] for name in ("name", "grade_level", "subject", "unit", "home_class")}
        if told["home_class"]:
            told["grade_level"] = told["home_class"].grade_level
        if not self.instance.pk:
            year = data["school_year"]
            return open_group(
                school=data["school"], year=year, kind=data["kind"], by=self.user, is_trial=is_trial, **told
            )
        if {"school", "school_year", "kind"} & set(self.changed_data):
            raise GroupError(gettext("En gruppe bytter ikke skole, skoleår eller slag. Lag en ny gruppe i stedet."))
        return change_group(self.instance, by=self.user, is_trial=is_trial, **told)


def editable_schools(user: Any) -> QuerySet[School]:
    return School.objects.visible_to(user, Permission.EDIT_GROUPS) if user else School.objects.none()


@register(Group, site=site)
class GroupAdmin(RegisterAdmin):
    heading = _("Klasser og grupper")
    lede = _("Klassene og gruppene ved skolene. Hvem som går i dem, står på klassens egen side.")
    list_display = ["name", "school", "school_year", "kind", "grade_level", "closed_on"]
    list_filter = ["school_year", "kind"]
    search_fields = ["name", "school__name"]
    list_select_related = ["school", "school_year", "subject", "home_class"]
    ordering = ["-school_year", "school__name", "name"]
    view_permission = Permission.VIEW_GROUPS
    change_permission = Permission.EDIT_GROUPS
    form = GroupForm
    key = ("school", "school_year", "kind", "name")
    columns = ("school", "school_year", "kind", "name", "grade_level", "subject", "class_name", "unit")
    file_name = "grupper"

    def save_model(self, request: HttpRequest, obj: Group, form: GroupForm, change: bool) -> None:
        if not form.changed_data:
            return
        saved = form.save_group()
        obj.pk, obj.uuid = saved.pk, saved.uuid


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
                    "group_name", gettext("Skolen har ikke akkurat én gruppe med dette navnet dette skoleåret.")
                )
            else:
                self.instance.group = groups[0]
        if self.changed_data:
            self.check_responsibility()
        return data

    def check_responsibility(self) -> None:
        """As on the group's own page, where `staff_group` and `end_staffing` decide."""
        if self.errors:
            return
        try:
            if set(self.changed_data) - {"valid_to"} and self.instance.pk:
                raise StaffingError(gettext("Bare sluttdatoen kan endres. Avslutt ansvaret, og legg til et nytt."))
            end = self.cleaned_data["valid_to"]
            if self.instance.pk and end and end < clock.today():
                raise StaffingError(gettext("Det som er avsluttet, endres ikke. Velg dagen i dag eller senere."))
            self.save_staffing(is_trial=True)
        except StaffingError as error:
            self.add_error(None, str(error))

    def save_staffing(self, *, is_trial: bool = False) -> None:
        """Raises StaffingError."""
        data, row = self.cleaned_data, self.instance
        if not row.pk:
            told = {name: data[name] for name in ("employee", "function", "valid_from", "valid_to")}
            made = staff_group(row.group, by=self.user, is_trial=is_trial, **told)
            if made:
                row.pk = made.pk
        elif data["valid_to"] is None:
            raise StaffingError(gettext("En sluttdato tas ikke bort. Legg til ansvaret på nytt for perioden etter."))
        else:
            end_staffing(
                GroupStaffing.objects.get(pk=row.pk), by=self.user, last_day=data["valid_to"], is_trial=is_trial
            )


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

    def save_model(self, request: HttpRequest, obj: GroupStaffing, form: StaffingForm, change: bool) -> None:
        if form.changed_data:
            form.save_staffing()

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
