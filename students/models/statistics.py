"""The counts of a school on 1 October, as they were when they were frozen, and what has been corrected since."""

from typing import Any, ClassVar, Self
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def visible_to(self, user: Any, permission: Permission = Permission.REPORT_STATISTICS) -> Self:
        reach = scope_of(user).reach(permission)
        return self if reach.everything else self.filter(school_id__in=reach.school_ids)


class Snapshot(models.Model):
    """One school on one counting day. The database refuses to change it."""

    append_only: ClassVar[bool] = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", verbose_name=_("skole"))
    counted_on = models.DateField(_("telledato"))
    frozen_at = models.DateTimeField(default=clock.now)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("GSI-telling"), _("GSI-tellinger")
        ordering = ["-counted_on", "school"]
        constraints = [models.UniqueConstraint(fields=["school", "counted_on"], name="one_snapshot_a_day")]

    def __str__(self) -> str:
        return f"{self.counted_on:%d.%m.%Y}"


class SnapshotCountQuerySet(models.QuerySet["SnapshotCount"]):
    def visible_to(self, user: Any, permission: Permission = Permission.REPORT_STATISTICS) -> Self:
        return self.filter(snapshot__in=Snapshot.objects.visible_to(user, permission))


class SnapshotCount(models.Model):
    """One number. `number` is empty where the system does not know; `hidden` are pupils with address protection, who
    come in addition and are told only to those who see them.
    """

    append_only: ClassVar[bool] = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="counts")
    section = models.CharField(max_length=20)
    line = models.CharField(max_length=20)
    column = models.CharField(max_length=20)
    number = models.PositiveIntegerField(null=True)
    hidden = models.PositiveIntegerField(default=0)

    objects = SnapshotCountQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("tall i GSI-telling"), _("tall i GSI-tellinger")
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "section", "line", "column"], name="one_number_per_cell")
        ]

    def __str__(self) -> str:
        return f"{self.section} {self.line} {self.column}"


class CountCorrection(models.Model):
    """Another number than the one that was frozen, and why. The last one counts."""

    append_only: ClassVar[bool] = True

    count = models.ForeignKey(SnapshotCount, on_delete=models.PROTECT, related_name="corrections")
    number = models.PositiveIntegerField(_("riktig tall"))
    reason = models.CharField(_("hvorfor tallet rettes"), max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name, verbose_name_plural = _("retting i GSI-telling"), _("rettinger i GSI-tellinger")
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="count_correction_has_reason")]

    def __str__(self) -> str:
        return f"{self.count}: {self.number}"
