"""What became of trying a document type in the archive."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from archive.models import Delivery
from documents.models.kinds import DocumentType
from schoolapp.lib import clock


class ArchiveTest(models.Model):
    """One made-up record of a type, sent to a test folder. It holds for the codes it was sent with and no others."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    document_type = models.ForeignKey(DocumentType, on_delete=models.CASCADE, related_name="archive_tests")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", verbose_name=_("skole"))
    codes = models.JSONField(help_text="The type's codes when it was sent")
    delivery = models.OneToOneField(Delivery, on_delete=models.PROTECT, related_name="archive_test")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("tidspunkt"), default=clock.now)

    class Meta:
        verbose_name, verbose_name_plural = _("test-arkivering"), _("test-arkiveringer")
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def holds(self) -> bool:
        """Whether the archive took it, with the codes the type has today."""
        return self.delivery.state == Delivery.State.ARCHIVED and self.codes == self.document_type.codes
