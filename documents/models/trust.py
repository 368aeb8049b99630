"""What makes a finalised document trustworthy on paper, and what is left of one that was deleted."""

from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accessctl.models import School, User
from documents.models.document import Document
from documents.models.kinds import DocumentType
from schoolapp.lib import clock
from students.models import Student


class VerificationCode(models.Model):
    """The code printed on a finalised document, with which anyone who holds the paper can check it."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="verification")
    code = models.CharField(max_length=17, unique=True, help_text="Without the hyphens it is printed with")
    pages = models.PositiveSmallIntegerField(null=True, help_text="Known when the PDF has been made")

    class Meta:
        verbose_name, verbose_name_plural = _("kontrollkode"), _("kontrollkoder")

    def __str__(self) -> str:
        return str(self.document_id)


class DocumentDeletionQuerySet(models.QuerySet["DocumentDeletion"]):
    def own(self, user: User) -> Self:
        """What `user` has deleted."""
        return self.filter(by=user)


class DocumentDeletion(models.Model):
    """Who deleted which finalised document, when and why. The database deletes none without it (handbook 7.3)."""

    document = models.UUIDField(unique=True, help_text="The id the document had")
    series = models.UUIDField()
    version = models.PositiveSmallIntegerField()
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="+")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    document_type = models.ForeignKey(DocumentType, on_delete=models.PROTECT, related_name="+")
    finalised_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    reason = models.CharField(_("begrunnelse"), max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = DocumentDeletionQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("slettet dokument"), _("slettede dokumenter")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["series"], name="deletion_series")]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="deletion_has_a_reason")]

    def __str__(self) -> str:
        return str(self.document)


class OlderSource(models.Model):
    """Where documents from before this system are, and which pupils it concerns. One row per place."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name_nb = models.CharField(_("navn på bokmål"), max_length=80, help_text=_("For eksempel «Papirarkivet»."))
    name_nn = models.CharField(_("navn på nynorsk"), max_length=80)
    text_nb = models.TextField(
        _("tekst på bokmål"), max_length=600, help_text=_("Hva som ligger der, og hvordan skolen får tak i det.")
    )
    text_nn = models.TextField(_("tekst på nynorsk"), max_length=600)
    url = models.URLField(_("lenke"), blank=True, help_text=_("Til systemet eller til kommunens rutine."))
    born_before = models.DateField(
        _("gjelder elever født før"), null=True, blank=True, help_text=_("Tomt når fødselsåret ikke har noe å si.")
    )
    began_before = models.PositiveSmallIntegerField(
        _("gjelder elever som begynte på skolen før høsten"),
        null=True,
        blank=True,
        help_text=_("Årstall. Regnes av fødselsåret: barn begynner det året de fyller seks."),
    )
    is_active = models.BooleanField(_("vises"), default=True)

    class Meta:
        verbose_name, verbose_name_plural = _("eldre dokumenter"), _("eldre dokumenter")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(born_before__isnull=False) | Q(began_before__isnull=False),
                name="older_source_concerns_somebody",
                violation_error_message=_("Fyll ut hvilke elever det gjelder: en fødselsdato eller et årstall."),
            )
        ]

    def __str__(self) -> str:
        return self.name_nn if get_language() == "nn" else self.name_nb

    @property
    def text(self) -> str:
        return self.text_nn if get_language() == "nn" else self.text_nb
