"""The archive's side of a document: its folder and the promise to deliver it (outbox)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accessctl import wall
from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from archive.models.systems import ArchiveSystem
from schoolapp.lib import clock


class SchoolArchiveSettings(models.Model):
    """What the archive needs to know about a school. Initials must equal those of the user in the archive."""

    school = models.OneToOneField(School, on_delete=models.CASCADE, related_name="archive_settings")
    case_owner_initials = models.CharField(
        _("saksansvarlig (initialer i arkivet)"),
        max_length=20,
        blank=True,
        help_text="Holds until the first dated case owner",
    )
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


@dataclass(frozen=True)
class FormerNumber:
    """A folder's number in an archive that was in use until a moment. What was filed before it lies there."""

    number: str
    system: str
    until: datetime


def _system_in_words(adapter: str) -> str:
    return str(dict(ArchiveSystem.Adapter.choices).get(adapter, adapter))


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
    steps = models.JSONField(default=dict, help_text="What the archive has confirmed about the folder itself")
    closed_on = models.DateField(_("avsluttet"), null=True, help_text="The pupil has left, and nothing more comes")
    former = models.JSONField(default=list, help_text="Its numbers in archives used before: number, system and until")

    class Meta:
        verbose_name, verbose_name_plural = _("arkivmappe"), _("arkivmapper")

    def __str__(self) -> str:
        return f"{self.case_year}/{self.sequence_number}" if self.case_year else str(_("ny mappe"))

    @property
    def formers(self) -> list["FormerNumber"]:
        """Its numbers in archives the municipality used before, the first one first."""
        return [
            FormerNumber(row["number"], _system_in_words(row["system"]), datetime.fromisoformat(row["until"]))
            for row in self.former
        ]

    @property
    def about(self) -> UUID | None:
        """The pupil whose folder it is."""
        kind, _sign, rest = self.key.partition(":")
        try:
            return UUID(rest) if kind == "elevmappe" else None
        except ValueError:
            return None


class ArchiveRun(models.Model):
    """One pass over the queue. Deliveries point to the run that takes them, so no broker has to remember anything."""

    class Trigger(models.TextChoices):
        SCHEDULE = "schedule", _("fast tid")
        MANUAL = "manual", _("Kjør nå")

    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)
    trigger = models.CharField(max_length=10, choices=Trigger)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    archived = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("arkivkjøring"), _("arkivkjøringer")
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class Peer(models.Model):
    """How an archive has answered lately, shared by all workers. `open_until` is set while we leave it in peace."""

    name = models.CharField(_("navn"), max_length=40, unique=True)
    failures = models.PositiveIntegerField(_("feil på rad"), default=0)
    open_until = models.DateTimeField(_("i fred til"), null=True)
    silent_since = models.DateTimeField(_("stille siden"), null=True)

    class Meta:
        verbose_name = _("arkivforbindelse")
        verbose_name_plural = _("arkivforbindelser")

    def __str__(self) -> str:
        return self.name


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(
        self, user: User | AnonymousUser, permission: Permission = Permission.VIEW_ARCHIVE_LOG
    ) -> "DeliveryQuerySet":
        """Deliveries of schools whose archive log `user` may see; of families with protection only with that grant.

        A family has protection when the pupil has it, or somebody who ever was the pupil's guardian has it now.
        """
        reach = scope_of(user).reach(permission)
        rows = self if reach.everything else self.filter(school_id__in=reach.school_ids)
        protected = scope_of(user).reach(Permission.SEE_PROTECTED)
        if protected.everything:
            return rows
        families = wall.ids_of("guardians_protected_families")
        return rows.filter(~Q(about__in=families) | Q(about__isnull=True) | Q(school_id__in=protected.school_ids))


class Delivery(models.Model):
    """The promise that one document version reaches the archive exactly once."""

    class State(models.TextChoices):
        READY = "ready", _("Klar")
        CLAIMED = "claimed", _("Under overføring")
        SENT_UNKNOWN = "sent_unknown", _("Under overføring")
        ARCHIVED = "archived", _("Arkivert")
        PARKED = "parked", _("Feilet")
        WITHDRAWN = "withdrawn", _("Trukket tilbake")

    class Failure(models.TextChoices):
        REFUSED = "refused", _("Arkivet avviste dokumentet")
        UNANSWERED = "unanswered", _("Arkivet ga ikke et brukbart svar")
        CRASHED = "crashed", _("Overføringen ble avbrutt flere ganger")
        CHANGED = "changed", _("Innholdet er endret etter ferdigstilling")
        INCIDENT = "incident", _("Arkivet må ryddes")
        STOPPED = "stopped", _("Stoppet av forhåndskontrollen")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    external_key = models.CharField(max_length=80, unique=True)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="deliveries")
    folder = models.ForeignKey(ArchiveFolder, on_delete=models.PROTECT, related_name="deliveries")
    about = models.UUIDField(null=True, db_index=True, help_text="The pupil concerned")
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
    run = models.ForeignKey(ArchiveRun, on_delete=models.PROTECT, null=True, blank=True, related_name="deliveries")
    doubts = models.PositiveSmallIntegerField(default=0, help_text="Attempts in a row that died without progress")
    failure = models.CharField(max_length=12, choices=Failure, blank=True)
    failure_text = models.TextField(blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("arkivforsendelse"), _("arkivforsendelser")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "next_at"], name="delivery_due"),
            models.Index(fields=["school", "state", "-created_at"], name="delivery_school_state"),
            models.Index(fields=["journal_year", "journal_number"], name="delivery_journal"),
            models.Index(
                F("archived_at").desc(), F("id").desc(), condition=Q(state="archived"), name="delivery_archived"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="archived") | Q(archived_at__isnull=False), name="archived_has_a_time"
            ),
            models.CheckConstraint(condition=~Q(state="parked") | ~Q(failure=""), name="parked_has_a_cause"),
            models.CheckConstraint(
                condition=~Q(state="claimed") | Q(lease_until__isnull=False), name="claimed_has_a_lease"
            ),
            models.UniqueConstraint(
                fields=["folder"], condition=Q(state__in=["claimed", "sent_unknown"]), name="one_lane_per_folder"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.external_key}: {self.state}"

    @property
    def filed_in(self) -> str:
        """The folder it lies in, or is to lie in; of what lies in an archive used before, in which. Empty without."""
        kind, folder = self.folder.get_kind_display(), self.folder
        if self.archived_at:
            for former in folder.formers:
                if self.archived_at <= former.until:
                    words = {"folder": f"{kind} {former.number}", "system": former.system}
                    return gettext("%(folder)s i %(system)s") % words
        return f"{kind} {folder}" if folder.case_year else ""


class DeliveryAttempt(models.Model):
    """What was said in one attempt, masked and cut to size, for the person who has to mend it."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    run = models.ForeignKey(ArchiveRun, on_delete=models.PROTECT, null=True, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=clock.now)
    outcome = models.CharField(max_length=20)
    receipt = models.TextField(blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("forsøk på arkivering"), _("forsøk på arkivering")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.number}: {self.outcome}"

    @property
    def lines(self) -> str:
        """The answer with each element on its own line, for reading."""
        return self.receipt.replace("><", ">\n<")
