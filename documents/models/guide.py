"""What the channel guide knows: words that warn, and what an author has decided about one document."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.models.document import Document


class SensitiveWord(models.Model):
    """The beginning of words that are looked for before a document is finalised."""

    stem = models.CharField(
        _("begynnelsen av ordet"),
        max_length=60,
        unique=True,
        help_text=_("«diagnos» finner også «diagnose» og «diagnosen». Store og små bokstaver er like."),
    )
    is_active = models.BooleanField(_("i bruk"), default=True)

    class Meta:
        verbose_name, verbose_name_plural = _("ord som varsler"), _("ord som varsler")
        ordering = ["stem"]

    def __str__(self) -> str:
        return self.stem


class SendingChoice(models.Model):
    """What the author decided: to go on in spite of a warning, and why; to hand it over on paper, and why."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="sending_choice")
    word_reason = models.CharField(_("begrunnelse"), max_length=300, blank=True)
    on_paper = models.BooleanField(_("leveres på papir"), default=False)
    paper_reason = models.CharField(_("hvorfor på papir"), max_length=300, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("valg for et dokument"), _("valg for dokumenter")

    def __str__(self) -> str:
        return str(self.document)
