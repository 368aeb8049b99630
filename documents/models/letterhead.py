"""What stands at the top of a school's letters."""

from base64 import b64encode

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from documents.models.kinds import LANGUAGES

MIME = {"png": "image/png", "jpg": "image/jpeg"}


class Letterhead(models.Model):
    """What a school wants at the top of its letters. What is empty is taken from the register of schools."""

    school = models.OneToOneField(School, on_delete=models.CASCADE, related_name="letterhead")
    name = models.CharField(_("navn i brevhodet"), max_length=120, blank=True)
    address = models.CharField(_("adresse"), max_length=200, blank=True)
    postal_code = models.CharField(_("postnummer"), max_length=4, blank=True)
    city = models.CharField(_("poststed"), max_length=60, blank=True)
    phone = models.CharField(_("telefon"), max_length=20, blank=True)
    email = models.EmailField(_("e-post"), blank=True)
    return_name = models.CharField(_("avsender på konvolutten"), max_length=120, blank=True)
    return_address = models.CharField(_("returadresse"), max_length=200, blank=True)
    return_postal_code = models.CharField(_("postnummer for returadressen"), max_length=4, blank=True)
    return_city = models.CharField(_("poststed for returadressen"), max_length=60, blank=True)
    language = models.CharField(_("målform i brev"), max_length=2, blank=True, choices=LANGUAGES)
    logo = models.BinaryField(_("logo"), default=bytes, blank=True, editable=False)
    logo_extension = models.CharField(max_length=3, blank=True, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("brevhode"), _("brevhoder")
        constraints = [
            models.CheckConstraint(
                condition=Q(logo=b"", logo_extension="") | (~Q(logo=b"") & Q(logo_extension__in=["png", "jpg"])),
                name="logo_is_a_picture",
            )
        ]

    def __str__(self) -> str:
        return str(self.school)

    @property
    def logo_in_page(self) -> str:
        """The logo as it stands in a page for the PDF process, so that a frozen letter holds its own."""
        if not self.logo:
            return ""
        return f"data:{MIME[self.logo_extension]};base64,{b64encode(bytes(self.logo)).decode()}"
