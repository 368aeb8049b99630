from django.contrib.admin import register
from django.utils.translation import gettext_lazy as _

from accessctl.console import RegisterAdmin, site
from accessctl.permissions import Permission
from documents.models import DocumentType


@register(DocumentType, site=site)
class DocumentTypeAdmin(RegisterAdmin):
    lede = _("Hva slags dokumenter skolene skriver, og hva som skjer med dem. Teksten endrer du under Dokumentmaler.")
    list_display = ["name_nb", "archive_mode", "sensitivity", "access_code", "shown_to_guardians", "is_active"]
    list_filter = ["archive_mode", "sensitivity", "is_active"]
    search_fields = ["name_nb", "name_nn"]
    view_permission = change_permission = Permission.EDIT_TEMPLATES
    may_add = False
    fieldsets = [
        (None, {"fields": ["name_nb", "name_nn", "is_active"]}),
        (_("Hvem som ser dokumentet"), {"fields": ["sensitivity", "shown_to_guardians"]}),
        (
            _("Arkiv"),
            {"fields": ["archive_mode", "access_code", "legal_basis", "registry_type", "registry_status"]},
        ),
    ]
