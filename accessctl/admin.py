from django import forms
from django.contrib.admin import register
from django.utils.translation import gettext_lazy as _

from accessctl.console import RegisterAdmin, site
from accessctl.models import Municipality, School
from accessctl.registers.forms import RegisterForm
from schoolapp.lib.org_number import is_org_number


class SchoolForm(RegisterForm):
    class Meta:
        model = School
        fields = ["name", "org_number", "kind", "language", "address", "postal_code", "city", "phone", "email"]
        error_messages = {
            "org_number": {"unique": _("En annen skole har dette organisasjonsnummeret. Hver skole har sitt eget.")}
        }

    def clean_org_number(self) -> str:
        """A number that is written anew must check; schools are known by it (STR-10)."""
        number: str = self.cleaned_data["org_number"]
        if "org_number" in self.changed_data and not is_org_number(number):
            raise forms.ValidationError(
                _("Dette er ikke et organisasjonsnummer. Det har ni sifre, og kontrollsifferet må stemme.")
            )
        return number


@register(Municipality, site=site)
class MunicipalityAdmin(RegisterAdmin):
    heading = _("Kommunen")
    lede = _("Kommunen som er behandlingsansvarlig, og hvem folk skal kontakte når de trenger hjelp.")
    list_display = ["name", "number", "org_number", "language"]
    readonly_fields = ["number", "org_number"]
    fieldsets = [
        (None, {"fields": ["name", "number", "org_number", "language"]}),
        (
            _("Hjelp til dem som ikke kommer inn"),
            {
                "fields": ["support_phone", "support_email", "support_url", "access_url"],
                "description": _("Vises på innloggingssidene og på sider uten tilgang."),
            },
        ),
    ]
    may_add = False


@register(School, site=site)
class SchoolAdmin(RegisterAdmin):
    lede = _("Skolene i kommunen. Telefon og e-post vises for foresatte og på hjelpesidene.")
    list_display = ["name", "kind", "org_number", "language", "phone"]
    list_filter = ["kind", "language"]
    search_fields = ["name", "org_number"]
    form = SchoolForm
    key = ("org_number",)
    columns = ("org_number", "name", "kind", "language", "address", "postal_code", "city", "phone", "email")
    file_name = "skoler"
