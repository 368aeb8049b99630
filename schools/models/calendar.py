"""The school calendar: the days without school, for all schools or for one."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from schools.models.years import SchoolYear


class CalendarEntry(models.Model):
    """A day or a run of days without ordinary school. An entry without a school holds for all of them (STR-04)."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("fri")
        PLANNING_DAY = "planning_day", _("planleggingsdag")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    school_year = models.ForeignKey(
        SchoolYear, on_delete=models.CASCADE, related_name="calendar", verbose_name=_("skoleår")
    )
    school = models.ForeignKey(
        School, on_delete=models.CASCADE, null=True, blank=True, related_name="calendar", verbose_name=_("skole")
    )
    kind = models.CharField(_("slag"), max_length=16, choices=Kind)
    name = models.CharField(_("navn"), max_length=80)
    first_day = models.DateField(_("første dag"))
    last_day = models.DateField(_("siste dag"))

    class Meta:
        verbose_name = _("dag uten skole")
        verbose_name_plural = _("skolerute")
        ordering = ["first_day", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="calendar_entry_date_order"),
        ]

    def __str__(self) -> str:
        return self.name
