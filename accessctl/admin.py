from typing import Any

from django.contrib.admin import register
from django.http import HttpRequest

from accessctl.console import RegisterAdmin, site
from accessctl.models import Municipality, School


@register(Municipality, site=site)
class MunicipalityAdmin(RegisterAdmin):
    list_display = ["name", "number", "org_number", "language"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@register(School, site=site)
class SchoolAdmin(RegisterAdmin):
    list_display = ["name", "kind", "org_number", "language", "phone"]
    list_filter = ["kind", "language"]
    search_fields = ["name", "org_number"]
