from django.contrib.admin import register

from accessctl.console import RegisterAdmin, site
from schools.models import SchoolYear


@register(SchoolYear, site=site)
class SchoolYearAdmin(RegisterAdmin):
    list_display = ["__str__", "starts_on", "ends_on", "state"]
