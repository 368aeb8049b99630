"""Documents about a school and no pupil in particular, made from the register for the school's own folder."""

from typing import Any, ClassVar, Self
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from archive.models import Delivery
from documents.models.kinds import DocumentType
from schoolapp.lib import clock


class SchoolDocumentQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any, permission: Permission = Permission.RUN_ARCHIVE) -> Self:
        reach = scope_of(user).reach(permission)
        return self if reach.everything else self.filter(school_id__in=reach.school_ids)

    def due(self) -> Self:
        """What waits for a worker, or was left by one that died."""
        free = Q(lease_until=None) | Q(lease_until__lte=clock.now())
        return self.filter(free, state=SchoolDocument.State.RENDERING)


class SchoolDocument(models.Model):
    """One version of such a document. Finalised bytes never change, and a trigger holds that; a change is a version."""

    class State(models.TextChoices):
        RENDERING = "rendering", _("Lages")
        FINALISED = "finalised", _("Ferdigstilt")
        FAILED = "failed", _("Ble ikke laget")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="school_documents")
    year = models.PositiveSmallIntegerField(_("skoleåret begynner"))
    document_type = models.ForeignKey(DocumentType, on_delete=models.PROTECT, related_name="school_documents")
    version = models.PositiveSmallIntegerField(_("versjon"), default=1)
    title = models.CharField(_("tittel"), max_length=200)
    state = models.CharField(_("status"), max_length=10, choices=State, default=State.RENDERING)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    error = models.CharField(max_length=20, blank=True)
    finalised_at = models.DateTimeField(null=True)
    pdf = models.FileField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)
    puid = models.CharField(max_length=12, blank=True)
    pupils = ArrayField(models.UUIDField(), default=list, help_text="Who is named in it")
    delivery = models.OneToOneField(Delivery, on_delete=models.PROTECT, null=True, related_name="school_document")

    objects: ClassVar[Any] = SchoolDocumentQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("dokument om skolen"), _("dokumenter om skolen")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "year", "document_type", "version"], name="school_document_version_once"
            ),
            models.UniqueConstraint(
                fields=["school", "year", "document_type"],
                condition=Q(state="rendering"),
                name="one_open_school_document",
            ),
            models.CheckConstraint(
                condition=~Q(state="finalised") | (Q(finalised_at__isnull=False) & ~Q(sha256="") & ~Q(pdf="")),
                name="finalised_school_document_is_frozen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_type} {self.uuid}"

    @property
    def external_key(self) -> str:
        return f"skoledok:{self.document_type.slug}:{self.school.uuid.hex[:12]}:{self.year}:v{self.version}"
