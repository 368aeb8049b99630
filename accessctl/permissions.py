"""Every right in the system, with the sentence a principal can read. Roles are built of these and nothing else."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    VIEW_PUPIL = "view_pupil", _("Se elever med navn, klasse og trinn")
    VIEW_CONTACT = "view_contact", _("Se kontaktopplysninger for elever og foresatte")
    SEE_PROTECTED = "see_protected", _("Se elever og foresatte som har adressesperre")
    VIEW_DOCUMENT = "view_document", _("Lese dokumenter om elever")
    WRITE_DOCUMENT = "write_document", _("Lage og ferdigstille dokumenter om elever")
    VIEW_ARCHIVE_LOG = "view_archive_log", _("Se arkivloggen")
    RUN_ARCHIVE = "run_archive", _("Kjøre arkivoverføring og sette dokumenter til Klar")
    EDIT_ARCHIVE_SETTINGS = "edit_archive_settings", _("Endre oppsett for arkiv")
    EDIT_TEMPLATES = "edit_templates", _("Endre dokumenttyper og maler")
    ADMINISTER = "administer", _("Bruke kommunens administrasjon")
    VIEW_OWN_CHILDREN = "view_own_children", _("Se egne barn og dokumentene deres")
    VIEW_OWN_RECORD = "view_own_record", _("Se opplysninger om seg selv")


# Pupils normally have no second factor. Everything else asks for one, whoever the user is.
ONE_FACTOR_IS_ENOUGH = frozenset({Permission.VIEW_OWN_RECORD})
