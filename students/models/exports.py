"""Files that take a while to make: asked for on a page, made by a worker, kept for some days and then deleted."""

from datetime import date, timedelta
from typing import Any, ClassVar, Self
from uuid import UUID, uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from accessctl.login.level import Content
from accessctl.models import User
from accessctl.permissions import Permission
from schoolapp.lib import clock
from students.models.records import Student

KEPT_DAYS = 7


class FileJobQuerySet(models.QuerySet[Any]):
    def own(self, user: Any) -> Self:
        """What `user` has asked for; nobody else fetches it."""
        return self.filter(asked_by=user)

    def due(self) -> Self:
        """What waits for a worker, or was left by one that died."""
        return self.filter(
            models.Q(state=FileJob.State.WAITING) | models.Q(state=FileJob.State.WORKING, lease_until__lte=clock.now())
        )

    def outlived(self) -> Self:
        """Those whose file is to go."""
        return self.filter(state=FileJob.State.DONE, asked_at__lte=clock.now() - timedelta(days=KEPT_DAYS))


class FileJob(models.Model):
    """One file to be made. `done` of `total` says how far the work has come."""

    class State(models.TextChoices):
        WAITING = "waiting", _("venter")
        WORKING = "working", _("lages")
        DONE = "done", _("klar")
        FAILED = "failed", _("ble ikke laget")
        GONE = "gone", _("slettet")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    state = models.CharField(_("status"), max_length=8, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    file = models.FileField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)

    objects: ClassVar[Any] = FileJobQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return str(self.get_state_display())

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.WORKING)

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    @property
    def deleted_on(self) -> date:
        return self.asked_at.astimezone(clock.OSLO).date() + timedelta(days=KEPT_DAYS)


class InsightExportQuerySet(FileJobQuerySet):
    def visible_to(self, user: Any, permission: Permission = Permission.EXPORT_PUPIL) -> Self:
        """What `user` has asked for, of pupils whom they still reach by the right."""
        return self.own(user).filter(student__in=Student.objects.visible_to(user, permission))


class InsightExport(FileJob):
    """Everything held about one pupil, for somebody who has asked for it (personvernforordningen art. 15)."""

    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="+", verbose_name=_("elev"))
    reason = models.CharField(_("hvem som har bedt om innsyn"), max_length=200)

    objects: ClassVar[Any] = InsightExportQuerySet.as_manager()

    class Meta(FileJob.Meta):
        abstract = False
        verbose_name, verbose_name_plural = _("uttrekk om en elev"), _("uttrekk om elever")

    @property
    def about(self) -> UUID:
        """The pupil an access-log line about this file concerns."""
        return self.student.uuid

    @property
    def guarded_as(self) -> frozenset[Content]:
        return self.student.guarded_as
