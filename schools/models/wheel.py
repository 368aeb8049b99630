"""What people have said about the tasks of the year: which are done, and which have another date."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accessctl.models import School, User
from schoolapp.lib import clock
from schools.models.years import SchoolYear


class DutyNote(models.Model):
    """One task, by its slug, in one school year, for one school or for the municipality."""

    duty = models.SlugField(_("oppgave"))
    school_year = models.ForeignKey(SchoolYear, on_delete=models.CASCADE, related_name="+", verbose_name=_("skoleår"))
    school = models.ForeignKey(
        School, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("skole")
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.duty


class DutyDone(DutyNote):
    """Somebody has said that the task is done. Taking it back removes the row; the change history keeps both."""

    class Meta(DutyNote.Meta):
        abstract = False
        verbose_name = _("utført oppgave")
        verbose_name_plural = _("utførte oppgaver")
        constraints = [
            models.UniqueConstraint(
                fields=["duty", "school_year", "school"], nulls_distinct=False, name="duty_done_once"
            )
        ]


class DutyDate(DutyNote):
    """Another date than the one the task comes with. A school's own date goes before the municipality's."""

    due_on = models.DateField(_("frist"))

    class Meta(DutyNote.Meta):
        abstract = False
        verbose_name = _("frist")
        verbose_name_plural = _("frister")
        constraints = [
            models.UniqueConstraint(
                fields=["duty", "school_year", "school"], nulls_distinct=False, name="duty_date_once"
            )
        ]
