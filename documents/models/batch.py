"""The same letter about many pupils: the batch, one row per pupil, and the files made of the result."""

from typing import Any, ClassVar, Self
from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accessctl.login.level import Content
from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from documents.models.document import Document
from documents.models.kinds import LANGUAGES, DocumentType, Sensitivity
from schoolapp.lib import clock
from students.models import FileJob, FileJobQuerySet, Student


class DocumentBatchQuerySet(models.QuerySet["DocumentBatch"]):
    def visible_to(self, user: Any, permission: Permission = Permission.WRITE_DOCUMENT) -> Self:
        """One's own, while one may write documents at all. Whom a batch shows is decided pupil by pupil."""
        return self.filter(created_by=user) if scope_of(user).holds(permission) else self.none()


class DocumentBatch(models.Model):
    """One letter to many. What all have in common is written here; each pupil's document is made from it."""

    class State(models.TextChoices):
        WRITING = "writing", _("Skrives")
        RUNNING = "running", _("Lages")
        DONE = "done", _("Ferdig")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    document_type = models.ForeignKey(DocumentType, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(
        max_length=2, choices=LANGUAGES, blank=True, help_text="Empty: each pupil's own written form"
    )
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, related_name="+")
    recipients = models.CharField(max_length=120, help_text="Who it is for, such as the name of a class")
    fields = models.JSONField(default=dict, help_text="What is the same for all")
    send_to_archive = models.BooleanField(_("send til arkiv"), default=False)
    sensitivity = models.CharField(_("følsomhet"), max_length=10, choices=Sensitivity, default=Sensitivity.NORMAL)
    attachments = models.JSONField(default=list, help_text="Stored files that each document gets: as Attachment has it")
    word_reason = models.CharField(max_length=300, blank=True, help_text="Why it is sent in spite of its words")
    on_paper = models.BooleanField(_("leveres på papir"), default=False)
    paper_reason = models.CharField(_("hvorfor på papir"), max_length=300, blank=True)
    state = models.CharField(_("status"), max_length=8, choices=State, default=State.WRITING)
    finalises = models.BooleanField(default=False, help_text="Whether the run finalises, or makes drafts only")
    method = models.CharField(max_length=120, blank=True, help_text="How the signer was logged in")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = DocumentBatchQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("utsending til mange"), _("utsendinger til mange")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.document_type} {self.uuid}"

    @property
    def is_sensitive(self) -> bool:
        return Sensitivity.SENSITIVE in (self.sensitivity, self.document_type.sensitivity)

    @property
    def guarded_as(self) -> frozenset[Content]:
        return frozenset({Content.SENSITIVE}) if self.is_sensitive else frozenset()

    def series_of(self, student: Student) -> UUID:
        """The series of the pupil's document: the same however often the pupil's turn comes."""
        return uuid5(self.uuid, str(student.uuid))


class DocumentBatchItemQuerySet(models.QuerySet["DocumentBatchItem"]):
    def visible_to(self, user: Any, permission: Permission = Permission.WRITE_DOCUMENT) -> Self:
        """Those about pupils for whom `user` may write now."""
        return self.filter(batch__created_by=user, student__in=Student.objects.visible_to(user, permission))

    def due(self) -> Self:
        """What waits for a worker, or was left by one that died."""
        free = models.Q(lease_until=None) | models.Q(lease_until__lte=clock.now())
        return self.filter(free, state__in=OPEN, batch__state=DocumentBatch.State.RUNNING)


class DocumentBatchItem(models.Model):
    """One pupil's part of a batch."""

    class State(models.TextChoices):
        CHOSEN = "chosen", _("Valgt")
        WAITING = "waiting", _("Venter")
        TAKEN = "taken", _("Lages")
        DRAFT = "draft", _("Utkast")
        DONE = "done", _("Ferdigstilt")
        FAILED = "failed", _("Ikke laget")
        CANCELLED = "cancelled", _("Avbrutt")

    batch = models.ForeignKey(DocumentBatch, on_delete=models.CASCADE, related_name="items")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField(help_text="By class and name; the order on paper")
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(_("status"), max_length=9, choices=State, default=State.CHOSEN)
    reason = models.CharField(max_length=20, blank=True, help_text="Why there is no document")
    missing = models.JSONField(default=list, help_text="Names of the merge fields that are empty")
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = DocumentBatchItemQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("elev i en utsending"), _("elever i en utsending")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["batch", "student"], name="batch_pupil_once")]
        indexes = [models.Index(fields=["batch", "state", "position"], name="batchitem_turn")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.position}"

    @property
    def about(self) -> UUID:
        """The pupil an access-log line about this row concerns."""
        return self.student.uuid

    @property
    def guarded_as(self) -> frozenset[Content]:
        return self.student.guarded_as


OPEN = (DocumentBatchItem.State.WAITING, DocumentBatchItem.State.TAKEN)


class BatchFileQuerySet(FileJobQuerySet):
    def visible_to(self, user: Any, permission: Permission = Permission.WRITE_DOCUMENT) -> Self:
        return self.own(user).filter(batch__in=DocumentBatch.objects.visible_to(user, permission))


class BatchFile(FileJob):
    """The finished letters of a batch in one file: merged for the printer, or each by itself in a ZIP."""

    class Kind(models.TextChoices):
        PRINT = "print", _("Én PDF til utskrift")
        DUPLEX = "duplex", _("Én PDF til tosidig utskrift")
        ZIP = "zip", _("Enkeltfiler i en ZIP")

    batch = models.ForeignKey(DocumentBatch, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=6, choices=Kind)
    holds = models.JSONField(default=list, help_text="Ids of the documents in it")

    objects: ClassVar[Any] = BatchFileQuerySet.as_manager()

    class Meta(FileJob.Meta):
        abstract = False
        verbose_name, verbose_name_plural = _("fil med brev"), _("filer med brev")

    @property
    def guarded_as(self) -> frozenset[Content]:
        return self.batch.guarded_as
