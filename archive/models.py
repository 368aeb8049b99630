"""The archive's side of a document: its folder and the promise to deliver it (outbox)."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock


class SchoolArchiveSettings(models.Model):
    """What the archive needs to know about a school. Initials must equal those of the user in Elements (seed, vedl. 2)."""

    school = models.OneToOneField(School, on_delete=models.CASCADE, related_name="archive_settings")
    case_owner_initials = models.CharField(_("saksansvarlig (initialer i Elements)"), max_length=20)
    administrative_unit = models.CharField(_("administrativ enhet"), max_length=40, blank=True)
    registry_unit = models.CharField(_("journalenhet"), max_length=40, blank=True)
    pupil_series = models.CharField(_("arkivdel for elevmapper"), max_length=20, default="ELEV")
    school_series = models.CharField(_("arkivdel for skolemapper"), max_length=20, default="SAK")
    access_group = models.CharField(_("tilgangsgruppe"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("arkivoppsett")
        verbose_name_plural = _("arkivoppsett")

    def __str__(self) -> str:
        return str(self.school)


class ArchiveFolder(models.Model):
    """A pupil folder or a school folder: the lane in which deliveries go one at a time."""

    class Kind(models.TextChoices):
        PUPIL = "pupil", _("elevmappe")
        SCHOOL = "school", _("skolemappe")

    key = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=8, choices=Kind)
    title = models.CharField(max_length=300)
    public_title = models.CharField(max_length=300)
    national_id = models.CharField(max_length=11, blank=True, help_text="Cleared when the archive has the folder")
    system_id = models.CharField(max_length=60, blank=True)
    case_year = models.PositiveSmallIntegerField(null=True)
    sequence_number = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.case_year}/{self.sequence_number}" if self.case_year else str(_("ny mappe"))


class DeliveryQuerySet(models.QuerySet):
    def visible_to(self, user, permission: Permission = Permission.VIEW_ARCHIVE_LOG):
        """Deliveries of the schools whose archive log `user` may see; those about protected pupils only with that grant."""
        reach = scope_of(user).reach(permission)
        rows = self if reach.everything else self.filter(school_id__in=reach.school_ids)
        protected = scope_of(user).reach(Permission.SEE_PROTECTED)
        if protected.everything:
            return rows
        return rows.filter(Q(is_protected=False) | Q(school_id__in=protected.school_ids))


class Delivery(models.Model):
    """The promise that one document version reaches the archive exactly once."""

    class State(models.TextChoices):
        READY = "ready", _("Klar")
        CLAIMED = "claimed", _("Under overføring")
        SENT_UNKNOWN = "sent_unknown", _("Under overføring")
        ARCHIVED = "archived", _("Arkivert")
        PARKED = "parked", _("Feilet")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    external_key = models.CharField(max_length=80, unique=True)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="deliveries")
    folder = models.ForeignKey(ArchiveFolder, on_delete=models.PROTECT, related_name="deliveries")
    about = models.UUIDField(null=True, db_index=True, help_text="The pupil concerned")
    is_protected = models.BooleanField(default=False)
    title = models.CharField(_("tittel"), max_length=300)
    record = models.JSONField(help_text="The plain record, without national ids")
    content_sha256 = models.CharField(max_length=64)
    state = models.CharField(_("status"), max_length=12, choices=State, default=State.READY)
    attempt = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    next_at = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True)
    steps = models.JSONField(default=dict, help_text="Ids the archive returned, step by step")
    journal_year = models.PositiveSmallIntegerField(null=True)
    journal_number = models.PositiveIntegerField(null=True)
    failure = models.CharField(max_length=40, blank=True)
    failure_text = models.TextField(blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "next_at"], name="delivery_due"),
            models.Index(fields=["school", "state", "-created_at"], name="delivery_school_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="archived") | Q(archived_at__isnull=False), name="archived_has_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.external_key}: {self.state}"


class DeliveryAttempt(models.Model):
    """What was said in one attempt, masked and cut to size, for the person who has to mend it."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=clock.now)
    outcome = models.CharField(max_length=20)
    receipt = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.number}: {self.outcome}"


class ArchiveRun(models.Model):
    """One pass over the queue, so that the screen can tell when the last one was and how it went."""

    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)
    trigger = models.CharField(max_length=10)
    archived = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
