from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accessctl import wall
from accessctl.console import RegisterAdmin, site
from accessctl.permissions import Permission
from accessctl.registers.forms import RegisterForm
from accessctl.scope import scope_of
from people.models import NationalId, Protection
from schoolapp.lib.national_id import InvalidNationalId, parse
from staff.actions import employ
from staff.models import Employee, PayCode, TeachingNorm


class EmployeeForm(RegisterForm):
    """Names and national id are given once. After that the person's own record is the source."""

    given_name = forms.CharField(label=_("Fornavn"), max_length=200)
    family_name = forms.CharField(label=_("Etternavn"), max_length=200)
    national_id = forms.CharField(
        label=_("Fødselsnummer eller D-nummer"),
        max_length=11,
        help_text=_("Trengs for en ny ansatt, så vedkommende blir kjent igjen ved innlogging. Vises ikke etterpå."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    class Meta:
        model = Employee
        fields = ["employee_number", "given_name", "family_name", "national_id", "initials", "title"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["given_name"] = self.instance.person.given_name
            self.initial["family_name"] = self.instance.person.family_name
        for name in ("given_name", "family_name", "national_id"):
            self.fields[name].disabled = bool(self.instance.pk)
            self.fields[name].required = not self.instance.pk
            self.fields[name].error_messages["required"] = _("Må fylles ut for en ny ansatt.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("national_id") and not self.instance.pk:
            self.check_number(data)
        return data

    def check_number(self, data: dict[str, Any]) -> None:
        try:
            data["number"] = parse(data["national_id"], synthetic_allowed=settings.SYNTHETIC_IDS_ALLOWED)
        except InvalidNationalId:
            self.add_error("national_id", gettext("Nummeret er ikke gyldig. Se etter skrivefeil."))
            return
        with wall.lifted("only whether somebody is employed already comes out, not who"):
            known = NationalId.objects.filter(number=data["number"].number).first()
        if known and Employee.objects.filter(person=known.person_id).exists():
            self.add_error("national_id", gettext("Denne personen er allerede registrert som ansatt."))


@register(Employee, site=site)
class EmployeeAdmin(RegisterAdmin):
    """Employees with address protection are not here unless one may see them all."""

    lede = _("De ansatte i kommunen. Tilgang får de først når de har en rolle.")
    list_display = ["employee_number", "name", "initials", "title"]
    search_fields = ["employee_number", "initials", "person__family_name", "person__given_name"]
    ordering = ["employee_number"]
    list_select_related = ["person"]
    form = EmployeeForm
    key = ("employee_number",)
    columns = ("employee_number", "given_name", "family_name", "national_id", "initials", "title")
    never_exported = ("national_id",)
    file_name = "ansatte"

    @display(description=_("navn"), ordering="person__family_name")
    def name(self, employee: Employee) -> str:
        return employee.person.full_name

    def reached(self, user: Any, permission: Permission) -> QuerySet[Employee]:
        rows: QuerySet[Employee] = super().reached(user, permission).select_related("person")
        if scope_of(user).reach(Permission.SEE_PROTECTED).everything:
            return rows
        return rows.filter(person__protection=Protection.NONE)

    def save_model(self, request: HttpRequest, obj: Employee, form: EmployeeForm, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        data = form.cleaned_data
        names = {"given_name": data["given_name"], "family_name": data["family_name"]}
        employ(obj, number=data["number"], by=request.user, **names)  # type: ignore[arg-type]


class PayCodeForm(RegisterForm):
    class Meta:
        model = PayCode
        fields = ["code", "name", "unit", "rate", "is_active"]


@register(PayCode, site=site)
class PayCodeAdmin(RegisterAdmin):
    lede = _("Lønnsartene skolene kan bruke i variabel lønn. En sats som endres, gjelder linjer fra da av.")
    list_display = ["code", "name", "unit", "rate", "is_active"]
    search_fields = ["code", "name"]
    form = PayCodeForm
    key = ("code",)
    columns = ("code", "name", "unit", "rate", "is_active")
    file_name = "lonnsarter"


class TeachingNormForm(RegisterForm):
    class Meta:
        model = TeachingNorm
        fields = ["stage", "annual_hours"]


@register(TeachingNorm, site=site)
class TeachingNormAdmin(RegisterAdmin):
    lede = _("Hvor mange timer på 60 minutter en full stilling underviser i året. Brukes i stillingsplanen.")
    list_display = ["__str__", "annual_hours"]
    form = TeachingNormForm
