from django.contrib.admin import register
from django.utils.translation import gettext_lazy as _

from accessctl.console import RegisterAdmin, site
from messaging.models import Price


@register(Price, site=site)
class PriceAdmin(RegisterAdmin):
    heading = _("Priser for utsendinger")
    lede = _("Hva ett brev og én SMS koster. En ny pris legges inn med dagen den gjelder fra; de gamle blir stående.")
    empty = _("Ingen priser er lagt inn. Kostnadene vises når de er det.")
    list_display = ["kind", "ore", "valid_from"]
    key = ("kind", "valid_from")
    columns = ("kind", "ore", "valid_from")
    file_name = "priser"
