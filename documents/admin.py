from django.contrib.admin import display, register
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accessctl.console import RegisterAdmin, site
from accessctl.permissions import Permission
from documents.models import OlderSource, SensitiveWord


@register(OlderSource, site=site)
class OlderSourceAdmin(RegisterAdmin):
    lede = _(
        "Hvor dokumenter fra før dette systemet ligger, for eksempel i Documaster eller på papir. Teksten vises på "
        "dokumentfanen til elevene den gjelder, og bare der."
    )
    empty = _("Ingen steder er registrert. Legg til det forrige systemet og papirarkivet, hvis kommunen har dem.")
    list_display = ["__str__", "born_before", "began_before", "is_active"]
    view_permission = change_permission = Permission.EDIT_TEMPLATES
    fieldsets = [
        (None, {"fields": ["name_nb", "name_nn", "text_nb", "text_nn", "url", "is_active"]}),
        (_("Hvilke elever det gjelder"), {"fields": ["born_before", "began_before"]}),
    ]


@register(SensitiveWord, site=site)
class SensitiveWordAdmin(RegisterAdmin):
    lede = _(
        "Ord som gir et varsel før et dokument ferdigstilles. Skriv begynnelsen av ordet. Ord du ikke vil ha, tar du "
        "ut av bruk."
    )
    empty = _("Ingen ord er lagt inn. Legg til begynnelsen av ordene som skal varsle.")
    list_display = ["stem", "in_use"]
    list_filter = ["is_active"]
    search_fields = ["stem"]
    view_permission = change_permission = Permission.EDIT_TEMPLATES
    fieldsets = [(None, {"fields": ["stem", "is_active"]})]

    @display(description=_("i bruk"), ordering="is_active")
    def in_use(self, word: SensitiveWord) -> str:
        return gettext("Ja") if word.is_active else gettext("Nei")
