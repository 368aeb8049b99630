"""Runs of the staff register: what each file was, what it changed, and who was missing from it."""

from typing import Any, Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock
from staff.models.employees import Employee


class MunicipalQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any, permission: Permission = Permission.SYNC_STAFF) -> Self:
        """The staff register is one for the whole municipality: all of it or nothing."""
        return self if scope_of(user).reach(permission).everything else self.none()


class SyncRun(models.Model):
    """One attempt to bring the register up to date from a file. A refused or short one has changed nothing.

    The lines of a short one are what it would have done. Somebody who has seen them may accept it: a new run that
    `accepts` it goes through if its file would do exactly that.
    """

    class Trigger(models.TextChoices):
        NIGHTLY = "nightly", _("nattlig")
        BY_HAND = "by_hand", _("startet for hånd")
        COMMAND = "command", _("fra kommandolinja")

    class State(models.TextChoices):
        WAITING = "waiting", _("venter")
        RUNNING = "running", _("leses nå")
        APPLIED = "applied", _("lest inn")
        SHORT = "short", _("for få ansatte")
        REFUSED = "refused", _("avvist")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    trigger = models.CharField(_("startet"), max_length=8, choices=Trigger)
    state = models.CharField(_("status"), max_length=8, choices=State, default=State.WAITING)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    source = models.CharField(_("kilde"), max_length=200, blank=True)
    format = models.CharField(_("format"), max_length=20, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    counts = models.JSONField(default=dict)
    refusals = models.JSONField(default=list, help_text="Row and reason, without personal data")
    foreseen = models.CharField(max_length=64, blank=True, help_text="Of a short file: a digest of what it would do")
    accepts = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="acceptances", help_text="The short run `by` accepted"
    )

    objects = MunicipalQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("kjøring av ansattsynk"), _("kjøringer av ansattsynk")
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["-asked_at"], name="sync_run_latest")]
        constraints = [models.UniqueConstraint(fields=["state"], condition=Q(state="running"), name="one_running_sync")]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def told(self) -> dict[str, int]:
        """The counts, nought for what did not happen: of a file that changed nothing only the number of people."""
        happened = self.counts if self.state == self.State.APPLIED else {"people": self.counts.get("people", 0)}
        return {"people": 0, **dict.fromkeys(SyncLine.Kind.values, 0), **happened}

    @property
    def foretold(self) -> dict[str, int]:
        """What a short file would have done."""
        return {**dict.fromkeys(SyncLine.Kind.values, 0), **self.counts}


class SyncLine(models.Model):
    """One thing a run did, or a short one would have done, to an employee, or found about one.

    `detail` names fields, never what stands in them.
    """

    class Kind(models.TextChoices):
        CREATED = "created", _("Ny")
        UPDATED = "updated", _("Endret")
        CLOSED = "closed", _("Avsluttet")
        FLAGGED = "flagged", _("Mangler i filen")
        BACK = "back", _("Kommet tilbake")
        CONFLICT = "conflict", _("Må avklares")
        REMARK = "remark", _("Bør sjekkes")

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="lines")
    kind = models.CharField(_("hva"), max_length=8, choices=Kind)
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, null=True, related_name="+")
    row = models.PositiveIntegerField(null=True)
    detail = models.CharField(max_length=300, blank=True)

    objects = MunicipalQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("linje i ansattsynk"), _("linjer i ansattsynk")
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class StagedEmployee(models.Model):
    """One person of a file on the way in. The rows go when the run is over."""

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="staged")
    row = models.PositiveIntegerField()
    employee_number = models.CharField(max_length=20)
    content = models.JSONField()

    class Meta:
        verbose_name, verbose_name_plural = _("ansatt under innlesing"), _("ansatte under innlesing")
        constraints = [models.UniqueConstraint(fields=["run", "employee_number"], name="staged_once")]

    def __str__(self) -> str:
        return str(self.row)


class MissingEmployee(models.Model):
    """Somebody who was not in a file that passed the threshold. Access stands until this is settled."""

    class State(models.TextChoices):
        WAITING = "waiting", _("venter")
        CLOSED = "closed", _("avsluttet")
        KEPT = "kept", _("beholdes")
        BACK = "back", _("kom tilbake")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="missing")
    run = models.ForeignKey(SyncRun, on_delete=models.PROTECT, related_name="missing")
    state = models.CharField(_("status"), max_length=8, choices=State, default=State.WAITING)
    flagged_on = models.DateField(default=clock.today)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = MunicipalQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("ansatt som mangler i filen"), _("ansatte som mangler i filen")
        ordering = ["flagged_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["employee"], condition=Q(state__in=["waiting", "kept"]), name="missing_once_per_employee"
            )
        ]

    def __str__(self) -> str:
        return str(self.get_state_display())
