from django.contrib.admin import register
from django.utils.translation import gettext_lazy as _

from accessctl.console import DateInput, RegisterAdmin, site
from accessctl.registers.forms import RegisterForm
from schools.models import SchoolYear


class SchoolYearForm(RegisterForm):
    class Meta:
        model = SchoolYear
        fields = ["starts_on", "ends_on", "state"]
        widgets = {"starts_on": DateInput, "ends_on": DateInput}


@register(SchoolYear, site=site)
class SchoolYearAdmin(RegisterAdmin):
    lede = _("Skoleåret går fra 1. august til 31. juli. Bare ett kan være i gang.")
    list_display = ["__str__", "starts_on", "ends_on", "state"]
    form = SchoolYearForm
    key = ("starts_on",)
    columns = ("starts_on", "ends_on", "state")
    file_name = "skolear"
