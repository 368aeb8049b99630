"""Which records system the municipality has, and the codes agreed with it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from archive.codes import ClassCode, Codes


class ArchiveSystem(models.Model):
    """One row: an installation is one municipality. Without it the environment decides (ARCHIVE_CONNECTOR)."""

    class Adapter(models.TextChoices):
        ELEMENTS = "elements_ncore", _("Elements (NCore)")
        FIKS_ARKIV = "fiks_arkiv", _("Fiks Arkiv")

    class Status(models.TextChoices):
        AS_TYPE = "", _("Som dokumenttypen sier")
        FINISHED = "F", _("F – ferdigstilt")
        JOURNALLED = "J", _("J – journalført")

    only = models.BooleanField(default=True, editable=False, unique=True)
    adapter = models.CharField(_("arkivsystem"), max_length=20, choices=Adapter, default=Adapter.ELEMENTS)
    system_name = models.CharField(_("fagsystemets navn i arkivet"), max_length=60, default="Schoolapp")
    own_account = models.UUIDField(_("vår Fiks-konto"), null=True, blank=True)
    recipient_account = models.UUIDField(_("arkivets Fiks-konto"), null=True, blank=True)
    rule = models.CharField(_("regel"), max_length=80, blank=True)
    series = models.CharField(_("arkivdel for alle skoler"), max_length=40, blank=True)
    pupil_folder_type = models.CharField(_("mappetype for elevmapper"), max_length=40, blank=True)
    school_folder_type = models.CharField(_("mappetype for skolemapper"), max_length=40, blank=True)
    document_type = models.CharField(_("dokumenttype for hoveddokument"), max_length=40, default="KORR", blank=True)
    attachment_type = models.CharField(_("dokumenttype for vedlegg"), max_length=40, default="VEDLEGG", blank=True)
    status = models.CharField(_("journalstatus som leveres"), max_length=1, choices=Status, blank=True)
    access_codes = models.JSONField(_("tilgangskoder"), default=dict, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("arkivsystem"), _("arkivsystemer")
        constraints = [models.CheckConstraint(condition=Q(only=True), name="one_archive_system")]

    def __str__(self) -> str:
        return str(self.get_adapter_display())

    def codes(self) -> Codes:
        return Codes(
            system=self.system_name,
            rule=self.rule,
            series=self.series,
            pupil_folder_type=self.pupil_folder_type,
            school_folder_type=self.school_folder_type,
            document_type=self.document_type,
            attachment_type=self.attachment_type,
            status=self.status,
            classes=tuple(each.code() for each in self.classes.all()) if self.pk else (),
            access_codes=self.access_codes,
        )


class ArchiveClass(models.Model):
    """A class that folders get, the primary one first. Without a class it is the pupil's national id, shielded."""

    class Folders(models.TextChoices):
        ALL = "all", _("alle mapper")
        PUPIL = "pupil", _("elevmapper")
        SCHOOL = "school", _("skolemapper")

    archive = models.ForeignKey(ArchiveSystem, on_delete=models.CASCADE, related_name="classes")
    order = models.PositiveSmallIntegerField(_("rekkefølge"), default=1)
    class_system = models.CharField(_("klassifikasjonssystem"), max_length=40)
    class_id = models.CharField(_("klasse"), max_length=40, blank=True)
    folders = models.CharField(_("gjelder"), max_length=6, choices=Folders, default=Folders.ALL)

    class Meta:
        verbose_name, verbose_name_plural = _("klasse i arkivet"), _("klasser i arkivet")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return f"{self.class_system} {self.class_id}".strip()

    def code(self) -> ClassCode:
        return ClassCode(
            self.class_system,
            self.class_id,
            for_pupils=self.folders != self.Folders.SCHOOL,
            for_schools=self.folders != self.Folders.PUPIL and bool(self.class_id),
        )
