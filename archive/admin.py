from typing import Any

from django.contrib.admin import register
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accessctl.console import RegisterAdmin, site
from accessctl.permissions import Permission
from archive.models import Peer


@register(Peer, site=site)
class PeerAdmin(RegisterAdmin):
    heading = _("Forbindelsen til arkivet")
    lede = _("Hvordan arkivsystemet har svart i det siste. Systemet passer på dette selv.")
    empty = _("Ikke prøvd ennå. Det skjer når det første dokumentet sendes til arkivet.")
    list_display = ["name", "failures", "open_until", "silent_since"]
    view_permission = change_permission = Permission.EDIT_ARCHIVE_SETTINGS
    may_add = False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
