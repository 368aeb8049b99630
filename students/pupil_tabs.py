from django.utils.translation import gettext_lazy as _

from accessctl.permissions import Permission
from students.tabs import Tab, register

register(Tab("oversikt", _("Oversikt"), "students:pupil", Permission.VIEW_PUPIL, order=0))
register(Tab("tilgang", _("Hvem kan se dette?"), "students:watchers", Permission.VIEW_ACCESS, order=90))
