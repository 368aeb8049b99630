from django.utils.translation import gettext_lazy as _

from accessctl.permissions import Permission
from students.tabs import Tab, register

register(Tab("skolegang", _("Skolegang"), "moves:history", Permission.VIEW_PUPIL, order=60))
