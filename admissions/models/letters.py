"""Letters to many at once: whom they are for, and how far it has come."""

from typing import Any, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from documents.models import Document, DocumentType
from schoolapp.lib import clock
from students.models import Student


class LetterBatchQuerySet(models.QuerySet["LetterBatch"]):
    def visible_to(self, user: Any, permission: Permission = Permission.WRITE_DOCUMENT) -> Self:
        """Batches of the schools for which the user writes letters."""
        reach = scope_of(user).reach(permission)
        return self if reach.everything else self.filter(school_id__in=reach.school_ids)


class LetterBatch(models.Model):
    """One letter to each of many pupils of one school. The same words go to all; the names are each their own."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Venter")
        CANCELLED = "cancelled", _("Avbrutt")
        FINISHED = "finished", _("Ferdig")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    document_type = models.ForeignKey(DocumentType, on_delete=models.PROTECT, related_name="+", verbose_name=_("brev"))
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", verbose_name=_("skole"))
    fields = models.JSONField(default=dict, help_text="What the author filled in")
    role = models.CharField(max_length=120, blank=True, help_text="In which role the author signs")
    method = models.CharField(max_length=80, blank=True, help_text="How the author was logged in")
    state = models.CharField(_("status"), max_length=10, choices=State, default=State.WAITING)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    objects = LetterBatchQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("brev til flere"), _("brev til flere")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return str(self.document_type)


class LetterBatchPupil(models.Model):
    """One pupil's letter in a batch. `school` is the batch's, repeated for the wall in the database."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Venter")
        MADE = "made", _("Laget")
        FAILED = "failed", _("Ikke laget")
        CANCELLED = "cancelled", _("Avbrutt")

    batch = models.ForeignKey(LetterBatch, on_delete=models.CASCADE, related_name="pupils")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="+")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, related_name="+")
    grade_level = models.PositiveSmallIntegerField(_("trinn"), null=True)
    state = models.CharField(_("status"), max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(_("hvorfor ikke"), max_length=300, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("brev til en elev"), _("brev til elever")
        constraints = [models.UniqueConstraint(fields=["batch", "student"], name="one_letter_per_pupil_in_a_batch")]

    def __str__(self) -> str:
        return str(self.batch)

    @property
    def about(self) -> UUID:
        """The pupil an access-log line about this letter concerns."""
        return self.student.uuid
