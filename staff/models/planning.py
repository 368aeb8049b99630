"""Position planning: what a full position teaches in a year, and what is planned for whom."""

from typing import Any, Self
from uuid import uuid4

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schools.models import SchoolYear
from staff.models.employees import Employee


class Stage(models.TextChoices):
    PRIMARY = "primary", _("barnetrinn (1–7)")
    LOWER_SECONDARY = "lower", _("ungdomstrinn (8–10)")


class TeachingNorm(models.Model):
    """How many hours of 60 minutes a full position teaches in a year, by stage. Set by agreement."""

    stage = models.CharField(_("hovedtrinn"), max_length=8, choices=Stage, unique=True)
    annual_hours = models.PositiveSmallIntegerField(
        _("timer i året for full stilling"),
        validators=[MinValueValidator(1)],
        help_text=_("Hele timer på 60 minutter, etter arbeidstidsavtalen."),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("årsramme for undervisning"), _("årsrammer for undervisning")
        ordering = ["-stage"]
        constraints = [models.CheckConstraint(condition=Q(annual_hours__gte=1), name="teaching_norm_positive")]

    def __str__(self) -> str:
        return str(self.get_stage_display())


class PlannedQuerySet(models.QuerySet["PlannedLessons"]):
    def visible_to(self, user: Any, permission: Permission = Permission.PLAN_POSITIONS) -> Self:
        reach = scope_of(user).reach(permission)
        return self if reach.everything else self.filter(school_id__in=reach.school_ids)

    def shown_to(self, user: Any) -> Self:
        """Without what somebody with address protection teaches, unless `user` may see them all."""
        return self.filter(Q(employee__isnull=True) | Q(employee__in=Employee.objects.all().shown_to(user)))


class PlannedLessons(models.Model):
    """Teaching of a group in a year. `hours` is hundredths of hours of 60 minutes; nobody has taken it yet when
    there is no employee. The group is named, since next year's are planned before they are made.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="planned_lessons")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="planned_lessons")
    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, null=True, blank=True, related_name="planned_lessons"
    )
    group_name = models.CharField(_("gruppe"), max_length=60)
    subject = models.CharField(_("fag eller oppgave"), max_length=80)
    stage = models.CharField(_("hovedtrinn"), max_length=8, choices=Stage)
    hours = models.PositiveIntegerField(_("timer i året"))

    objects = PlannedQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("planlagt undervisning"), _("planlagt undervisning")
        ordering = ["group_name", "subject", "pk"]
        indexes = [models.Index(fields=["school", "school_year"], name="planned_lessons_of_year")]
        constraints = [models.CheckConstraint(condition=Q(hours__gt=0), name="planned_lessons_positive")]

    def __str__(self) -> str:
        return f"{self.group_name} {self.subject}"
