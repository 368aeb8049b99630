"""Subjects, as the Directorate for Education publishes them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from schoolapp.lib import clock


class SubjectQuerySet(models.QuerySet["Subject"]):
    def on(self, day=None):
        """The subjects that can be taught on `day`, by default today."""
        day = day or clock.today()
        return self.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))


class Subject(models.Model):
    """A subject code with the time it is valid. One that has been used is never deleted (INTEGRATIONS 8, Grep)."""

    code = models.CharField(_("fagkode"), max_length=12, unique=True)
    name_nb = models.CharField(_("navn på bokmål"), max_length=120)
    name_nn = models.CharField(_("navn på nynorsk"), max_length=120, blank=True)
    is_elective = models.BooleanField(_("valgfag"), default=False)
    grade_from = models.PositiveSmallIntegerField(_("fra trinn"), null=True, blank=True)
    grade_to = models.PositiveSmallIntegerField(_("til trinn"), null=True, blank=True)
    valid_from = models.DateField(_("gjelder fra"))
    valid_to = models.DateField(_("gjelder til og med"), null=True, blank=True)

    objects = SubjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("fag")
        verbose_name_plural = _("fag")
        ordering = ["name_nb", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="subject_date_order"
            ),
            models.CheckConstraint(
                condition=Q(grade_from__isnull=True)
                | Q(grade_from__range=(1, 10), grade_to__range=(1, 10), grade_to__gte=F("grade_from")),
                name="subject_grade_levels",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def name(self) -> str:
        """The name in the language of the page: nynorsk where the reader has chosen it and the subject has one."""
        return (get_language() == "nn" and self.name_nn) or self.name_nb

    @property
    def shows_elective(self) -> bool:
        """Whether a page must say that it is an elective: Udir's names mostly begin with it («Valgfag …»)."""
        return self.is_elective and not self.name.casefold().startswith(("valgfag", "valfag"))


class SubjectSnapshot(models.Model):
    """One reading of the published subjects: which file, when, and what it changed."""

    sha256 = models.CharField(max_length=64)
    taken_at = models.DateTimeField(default=clock.now)
    counts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("innlesing av fag")
        verbose_name_plural = _("innlesinger av fag")
        ordering = ["-taken_at"]

    def __str__(self) -> str:
        return f"{self.taken_at:%Y-%m-%d %H:%M}"
