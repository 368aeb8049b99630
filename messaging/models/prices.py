"""What it costs to send, as the municipality has entered it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from schoolapp.lib import clock


class Price(models.Model):
    """The price of one sending from a day on, in øre. It holds until the next one begins."""

    class Kind(models.TextChoices):
        DIGITAL = "digital", _("SvarUt, levert digitalt")
        PRINT = "print", _("SvarUt, skrevet ut og sendt i posten")
        SMS = "sms", _("SMS")

    kind = models.CharField(_("hva"), max_length=8, choices=Kind)
    ore = models.PositiveIntegerField(_("øre per sending"), help_text=_("69 øre skrives som 69, og 3,50 kr som 350."))
    valid_from = models.DateField(_("gjelder fra"), default=clock.today)

    class Meta:
        verbose_name = _("pris")
        verbose_name_plural = _("priser")
        ordering = ["kind", "-valid_from"]
        constraints = [models.UniqueConstraint(fields=["kind", "valid_from"], name="one_price_a_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.valid_from:%Y-%m-%d}"
