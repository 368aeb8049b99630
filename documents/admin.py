from django.contrib.admin import display, register
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accessctl.console import RegisterAdmin, site
from accessctl.permissions import Permission
from documents.models import DocumentType


@register(DocumentType, site=site)
class DocumentTypeAdmin(RegisterAdmin):
    lede = _("Hva slags dokumenter skolene skriver, og hva som skjer med dem. Teksten endrer du under Dokumentmaler.")
    list_display = ["name_nb", "archive_mode", "sensitivity", "access_code", "for_guardians", "in_use"]
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

    @display(description=_("vises for foresatte"), ordering="shown_to_guardians")
    def for_guardians(self, kind: DocumentType) -> str:
        return _now("Ja") if kind.shown_to_guardians else _now("Nei")

    @display(description=_("i bruk"), ordering="is_active")
    def in_use(self, kind: DocumentType) -> str:
        return _now("Ja") if kind.is_active else _now("Nei")
