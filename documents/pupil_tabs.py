from django.utils.translation import gettext_lazy as _

from accessctl.permissions import Permission
from students.tabs import Tab, register

register(Tab("dokumenter", _("Dokumenter"), "documents:tab", Permission.VIEW_DOCUMENT, order=20))
