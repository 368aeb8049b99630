"""One run of the population register: where it came from, how far it has come, and what it led to."""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock


class RegisterImportQuerySet(models.QuerySet):
    def visible_to(self, user, permission: Permission = Permission.IMPORT_REGISTER):
        """The register is about the whole municipality, so a right over some schools opens none of it."""
        return self if scope_of(user).reach(permission).everything else self.none()

    def done(self):
        return self.filter(state=RegisterImport.State.DONE)

    def moving(self):
        """Runs a worker is to go on with."""
        return self.filter(state__in=MOVING)


class RegisterImport(models.Model):
    """One run: what it read, what it changed, what it could not understand. No personal data."""

    class State(models.TextChoices):
        READING = "reading", _("leses")
        WAITING = "waiting", _("venter på deg")
        RUNNING = "running", _("innlesing pågår")
        DONE = "done", _("ferdig")
        REFUSED = "refused", _("avvist")
        CANCELLED = "cancelled", _("avbrutt")

    class Source(models.TextChoices):
        FILE = "file", _("fil")
        UPLOAD = "upload", _("fil lastet opp i nettleseren")
        NIGHTLY = "nightly", _("KS Fiks, hver natt")
        MANUAL = "manual", _("KS Fiks, startet for hånd")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    source = models.CharField(_("kilde"), max_length=8, choices=Source, default=Source.FILE)
    state = models.CharField(_("status"), max_length=10, choices=State, default=State.DONE)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)
    file = models.CharField(max_length=120, blank=True)
    file_name = models.CharField(_("filnavn"), max_length=100, blank=True)
    group = models.PositiveBigIntegerField(null=True, blank=True)
    verifies = models.BooleanField(default=False)
    fetched = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    starts = models.PositiveSmallIntegerField(default=0, help_text="Begun by a worker since it last got on")
    next_at = models.DateTimeField(default=clock.now)
    refusal = models.CharField(max_length=400, blank=True)
    forecast = models.JSONField(default=dict)
    stop_reasons = models.JSONField(default=list)
    started_at = models.DateTimeField(default=clock.now)
    moved_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    remarks = models.JSONField(default=list)

    objects = RegisterImportQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("innlesing"), _("innlesinger")
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["state"], condition=~Q(state="done"), name="import_not_done")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"

    @property
    def is_moving(self) -> bool:
        return self.state in MOVING

    @property
    def percent(self) -> int:
        """How far it has come, from 0 to 100."""
        return min(100, 100 * self.position // self.total) if self.total else 0

    @property
    def children(self) -> int | None:
        """How many children the source told of; None while that is not known."""
        return self.counts.get("children")

    @property
    def persons(self) -> int | None:
        """How many persons the source told of; None while that is not known."""
        return self.counts.get("persons")

    def note_counts(self, found: dict[str, Any]) -> None:
        """Add numbers to those of the run, on this object. Not saved."""
        for name, number in found.items():
            if number:
                self.counts[name] = self.counts.get(name, 0) + number


MOVING = (RegisterImport.State.READING, RegisterImport.State.RUNNING)
