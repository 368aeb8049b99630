"""Documents about pupils, and their attachments."""

from typing import Self
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accessctl.login.level import Content
from accessctl.models import School, User
from accessctl.permissions import GUARDIAN_RIGHTS, PUPIL_RIGHTS, Permission
from archive.models import Delivery
from documents.models.basis import AccessBasis, stricter
from documents.models.kinds import LANGUAGES, DocumentType, Sensitivity, TemplateVersion
from schoolapp.lib import clock
from schoolapp.lib.search_words import SearchWords
from students.models import Student
from students.rules import DECIDES_FROM


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: User, permission: Permission = Permission.VIEW_DOCUMENT) -> Self:
        """Documents about the pupils for whom `user` holds `permission`.

        Guardians read what is finalised and meant for them; pupils the same about themselves from the age of 15, when
        they decide on matters of schooling (opplæringslova § 24-5).
        """
        rows = self.filter(student__in=Student.objects.visible_to(user, permission))
        if permission not in GUARDIAN_RIGHTS | PUPIL_RIGHTS:
            return rows
        rows = rows.filter(state=Document.State.FINALISED, document_type__shown_to_guardians=True)
        if permission in PUPIL_RIGHTS:
            return rows.filter(student__person__birth_date__lte=clock.years_ago(DECIDES_FROM))
        return rows

    def sensitive(self) -> Self:
        """The rows of which `is_sensitive` is true."""
        level = Sensitivity.SENSITIVE
        return self.filter(Q(sensitivity=level) | Q(document_type__sensitivity=level))

    def newest_finalised(self) -> Self:
        """Finalised versions that no later finalised version replaces."""
        later = Document.objects.filter(
            series=OuterRef("series"), version__gt=OuterRef("version"), state=Document.State.FINALISED
        )
        return self.filter(~Exists(later), state=Document.State.FINALISED)


class Document(models.Model):
    """One version of one document about a pupil.

    Finalised content and bytes never change; a database trigger holds that. A correction is a new version.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Utkast")
        RENDERING = "rendering", _("Lages")
        FINALISED = "finalised", _("Ferdigstilt")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    series = models.UUIDField(default=uuid4, help_text="The same for all versions of a document")
    version = models.PositiveSmallIntegerField(default=1)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="documents")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="documents")
    document_type = models.ForeignKey(DocumentType, on_delete=models.PROTECT, related_name="documents")
    template = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="documents")
    language = models.CharField(max_length=2, choices=LANGUAGES)
    title = models.CharField(_("tittel"), max_length=200)
    fields = models.JSONField(default=dict, help_text="What the author filled in")
    revision = models.PositiveIntegerField(default=0, help_text="Counts saves; an old form is recognised by it")
    state = models.CharField(_("status"), max_length=10, choices=State, default=State.DRAFT)
    sensitivity = models.CharField(
        _("følsomhet"),
        max_length=10,
        choices=Sensitivity,
        default=Sensitivity.NORMAL,
        help_text="What the author chose",
    )
    basis = models.ForeignKey(
        AccessBasis,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("unntakshjemmel"),
        help_text="The author's choice, stricter than the type's; frozen with what holds when it is finalised",
    )
    send_to_archive = models.BooleanField(_("send til arkiv"), default=False)
    render_error = models.CharField(max_length=20, blank=True, help_text="Why the last attempt gave no PDF")
    render_attempts = models.PositiveSmallIntegerField(default=0)
    render_lease_until = models.DateTimeField(null=True, help_text="Until then one worker has it")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    signature = models.JSONField(default=dict, help_text="Name, role, time and login method of the signer")
    finalised_at = models.DateTimeField(null=True)
    frozen_html = models.TextField(blank=True)
    pdf = models.FileField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)
    puid = models.CharField(max_length=12, blank=True)
    delivery = models.OneToOneField(Delivery, on_delete=models.PROTECT, null=True, blank=True, related_name="document")

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("dokument")
        verbose_name_plural = _("dokumenter")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["student", "-created_at"], name="document_student"),
            models.Index(fields=["-created_at", "-id"], name="document_newest"),
            models.Index(fields=["school", "-created_at", "-id"], name="document_school"),
            GinIndex(SearchWords("title"), name="document_title_words"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["series", "version"], name="document_version_once"),
            models.UniqueConstraint(
                fields=["series"], condition=~Q(state="finalised"), name="one_open_version_per_series"
            ),
            models.CheckConstraint(
                condition=~Q(state="finalised") | (Q(finalised_at__isnull=False) & ~Q(sha256="") & ~Q(pdf="")),
                name="finalised_is_frozen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_type} {self.uuid}"

    @property
    def about(self) -> UUID:
        """The pupil an access-log line about this document concerns."""
        return self.student.uuid

    @property
    def is_sensitive(self) -> bool:
        """The author may raise what the type says, never lower it; a type raised later takes its documents along."""
        return Sensitivity.SENSITIVE in (self.sensitivity, self.document_type.sensitivity)

    @property
    def exemption(self) -> AccessBasis | None:
        """On what ground it is exempt from public access: the type's, unless the author's is stricter."""
        return stricter(self.document_type.basis, self.basis)

    @property
    def guarded_as(self) -> frozenset[Content]:
        """What opening the document asks for beyond a login."""
        own = frozenset({Content.SENSITIVE}) if self.is_sensitive else frozenset()
        return own | self.student.guarded_as

    @property
    def list_title(self) -> str:
        """What lists may show: of a sensitive document only its kind."""
        return str(self.document_type) if self.is_sensitive else self.title

    @property
    def topic(self) -> str:
        """What the author said it is about, where the type asks for that; tells equal titles apart."""
        return str(self.fields.get("tema", ""))

    @property
    def is_first(self) -> bool:
        return self.version == 1

    @property
    def is_newest(self) -> bool:
        return not Document.objects.filter(series=self.series, version__gt=self.version).exists()

    @property
    def external_key(self) -> str:
        """Deterministic key in the archive, without personal data."""
        return f"dok:{self.series}:v{self.version}"


class Attachment(models.Model):
    """A file the author adds to a draft. Stored under a name of ours; images are re-encoded, PDF must be PDF/A."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="attachments")
    title = models.CharField(_("tittel"), max_length=120)
    file = models.FileField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    puid = models.CharField(max_length=12)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name, verbose_name_plural = _("vedlegg"), _("vedlegg")
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def path(self) -> str:
        """Its name in the storage."""
        return self.file.name or ""
