"""The school year."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class SchoolYear(models.Model):
    """1 August to 31 July (STR-05). At most one is current."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planlegges")
        CURRENT = "current", _("inneværende")
        PAST = "past", _("avsluttet")

    starts_on = models.DateField(_("starter"), unique=True)
    ends_on = models.DateField(_("slutter"))
    state = models.CharField(_("status"), max_length=8, choices=State)

    class Meta:
        verbose_name = _("skoleår")
        verbose_name_plural = _("skoleår")
        ordering = ["-starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="current"), name="one_current_school_year"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="school_year_date_order"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on.year}/{self.ends_on.year}"
