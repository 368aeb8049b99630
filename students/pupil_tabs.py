from django.utils.translation import gettext_lazy as _

from accessctl.permissions import Permission
from students.tabs import Tab, register

register(Tab("oversikt", _("Oversikt"), "students:pupil", Permission.VIEW_PUPIL, order=0))
register(Tab("kontakt", _("Kontakt"), "students:contact", Permission.VIEW_CONTACT, order=10))
register(Tab("grupper", _("Grupper"), "students:groups", Permission.VIEW_GROUPS, order=15))
register(Tab("historikk", _("Historikk"), "students:history", Permission.VIEW_GROUPS, order=80))
register(Tab("tilgang", _("Hvem kan se dette?"), "students:watchers", Permission.VIEW_ACCESS, order=90))
register(Tab("innsyn", _("Innsyn"), "insight:tab", Permission.EXPORT_PUPIL, order=95))
