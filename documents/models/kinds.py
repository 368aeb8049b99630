"""What kinds of document there are, and their templates."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from documents.models.basis import AccessBasis
from schoolapp.lib import clock

LANGUAGES = [("nb", "bokmål"), ("nn", "nynorsk")]
DAY_OF_YEAR = RegexValidator(
    r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", _("Skriv måned og dag, for eksempel 06-25 for 25. juni.")
)


class Sensitivity(models.TextChoices):
    """Whether opening takes more than a login. It belongs to the document; the type says what it is at least."""

    NORMAL = "normal", _("vanlig")
    SENSITIVE = "sensitive", _("sensitivt")


class DocumentType(models.Model):
    """What kind of document it is and what happens to it. Rows are data (handbook 6.2)."""

    class ArchiveMode(models.TextChoices):
        ALWAYS = "always", _("alltid")
        OPTIONAL = "optional", _("kan velges")
        NEVER = "never", _("aldri")

    class Channel(models.TextChoices):
        """How those concerned get it (handbook 6.1)."""

        SVARUT = "svarut", _("SvarUt")
        PORTAL = "portal", _("portalen, med varsel")
        HANDED_OUT = "handed_out", _("leveres ut")
        INTERNAL = "internal", _("internt")
        MESSAGE = "message", _("melding eller e-post")
        FORM = "form", _("skjema")
        SMS = "sms", _("SMS")
        ELEMENTS = "elements", _("lages i Elements")

    class Folder(models.TextChoices):
        PUPIL = "pupil", _("elevmappe")
        SCHOOL = "school", _("skolemappe")
        NONE = "none", _("ingen mappe")

    class MadeIn(models.TextChoices):
        """Where documents of the type are made."""

        EDITOR = "editor", _("skrives her")
        FLOW = "flow", _("lages av en annen del av systemet")
        ELEMENTS = "elements", _("lages i Elements")

    class Owner(models.TextChoices):
        """Who brings it to the archive (handbook 6.2, «arkiveres av»)."""

        AUTOMATIC = "automatic", _("går automatisk")
        TEAM_PRIMARY = "team_primary", _("Team barneskole")
        TEAM_LOWER = "team_lower", _("Team ungdomsskole")
        SCHOOL_ADMIN = "school_admin", _("skoleadmin")
        CONTACT_TEACHER = "contact_teacher", _("kontaktlærer")

    class RegistryType(models.TextChoices):
        INCOMING = "I", _("I – inngående")
        OUTGOING = "U", _("U – utgående")
        INTERNAL = "N", _("N – internt, for oppfølging")
        NOTE = "X", _("X – internt, uten oppfølging")

    class RegistryStatus(models.TextChoices):
        """The journal statuses the system delivers. What the archive does with it afterwards is the archive's."""

        DONE = "F", _("F – ferdigstilt")
        JOURNALED = "J", _("J – journalført")
        RESERVED = "R", _("R – reservert, saken går videre i arkivet")
        REGISTERED = "S", _("S – registrert av saksbehandler")
        TEMPORARY = "M", _("M – midlertidig registrert")

    slug = models.SlugField(unique=True)
    number = models.PositiveSmallIntegerField(
        _("rad i dokumentoversikten"),
        null=True,
        blank=True,
        unique=True,
        help_text="1–38; the municipality's own: none",
    )
    name_nb = models.CharField(_("navn på bokmål"), max_length=120)
    name_nn = models.CharField(_("navn på nynorsk"), max_length=120)
    channel = models.CharField(_("kanal"), max_length=10, choices=Channel, default=Channel.SVARUT)
    folder = models.CharField(_("mappe"), max_length=6, choices=Folder, default=Folder.PUPIL)
    archive_mode = models.CharField(_("arkivering"), max_length=8, choices=ArchiveMode)
    deadlines = ArrayField(
        models.CharField(max_length=5, validators=[DAY_OF_YEAR]), verbose_name=_("frister"), default=list, blank=True
    )
    archived_by = ArrayField(
        models.CharField(max_length=16, choices=Owner), verbose_name=_("arkiveres av"), default=list, blank=True
    )
    precondition = models.SlugField(_("forutsetning for arkivering"), blank=True)
    basis = models.ForeignKey(
        AccessBasis,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="document_types",
        verbose_name=_("unntakshjemmel"),
    )
    registry_type = models.CharField(
        _("journalposttype"), max_length=1, choices=RegistryType, default=RegistryType.OUTGOING
    )
    registry_status = models.CharField(
        _("journalstatus"), max_length=1, choices=RegistryStatus, default=RegistryStatus.DONE
    )
    document_code = models.CharField(
        _("dokumenttypekode i arkivet"),
        max_length=20,
        blank=True,
        help_text=_("Koden for dokumenttypen i kommunens arkiv. La den stå tom hvis arkivet ikke bruker slike koder."),
    )
    made_in = models.CharField(_("hvor det lages"), max_length=8, choices=MadeIn, default=MadeIn.EDITOR)
    guide_nb = models.TextField(_("veiledning på bokmål"), max_length=600, blank=True)
    guide_nn = models.TextField(_("veiledning på nynorsk"), max_length=600, blank=True)
    shipped = models.JSONField(default=dict, editable=False, help_text="What the system last installed, by field")
    sensitivity = models.CharField(
        _("følsomhet"),
        max_length=10,
        choices=Sensitivity,
        default=Sensitivity.NORMAL,
        help_text=_(
            "Sensitive dokumenter åpnes bare av den som har bekreftet hvem de er i løpet av de siste 15 minuttene. "
            "Velg dette for helse, tro, etnisk bakgrunn, barnevern, sakkyndige vurderinger og lignende."
        ),
    )
    shown_to_guardians = models.BooleanField(_("vises for foresatte"), default=True)
    is_active = models.BooleanField(_("i bruk"), default=True)

    class Meta:
        verbose_name = _("dokumenttype")
        verbose_name_plural = _("dokumenttyper")
        ordering = ["name_nb"]

    def __str__(self) -> str:
        """Its name in the language of the interface."""
        return self.name(get_language() or "nb")

    def name(self, language: str) -> str:
        return self.name_nn if language == "nn" else self.name_nb

    @property
    def guide(self) -> str:
        """Where to go and what to mind, in the language of the interface."""
        return self.guide_nn if get_language() == "nn" else self.guide_nb

    @property
    def access_code(self) -> str:
        return self.basis.access_code if self.basis else ""

    @property
    def legal_basis(self) -> str:
        return self.basis.legal_basis if self.basis else ""

    @property
    def is_own(self) -> bool:
        """Whether the municipality made it; the system's own types have what was installed."""
        return not self.shipped

    @property
    def codes(self) -> dict[str, Any]:
        """Everything about the type that the archive judges; a test in the archive holds for exactly these."""
        return {
            "folder": self.folder,
            "access_code": self.access_code,
            "legal_basis": self.legal_basis,
            "registry_type": self.registry_type,
            "registry_status": self.registry_status,
            "document_code": self.document_code,
        }

    def owners_at(self, school_kind: str) -> list[str]:
        """Who archives it at such a school; Team ungdomsskole has combined schools too (handbook 6.2, row 5)."""
        elsewhere = self.Owner.TEAM_LOWER if school_kind == School.Kind.PRIMARY else self.Owner.TEAM_PRIMARY
        return [owner for owner in self.archived_by if owner != elsewhere]


class TemplateVersion(models.Model):
    """One version of a type's template in one language. A version is never edited; a change is a new one."""

    document_type = models.ForeignKey(DocumentType, on_delete=models.CASCADE, related_name="template_versions")
    language = models.CharField(max_length=2, choices=LANGUAGES)
    number = models.PositiveIntegerField(_("versjon"))
    title = models.CharField(_("tittel"), max_length=200)
    body = models.TextField(_("tekst"))
    is_current = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-number"]
        verbose_name = _("malversjon")
        verbose_name_plural = _("malversjoner")
        constraints = [
            models.UniqueConstraint(fields=["document_type", "language", "number"], name="template_version_once"),
            models.UniqueConstraint(
                fields=["document_type", "language"],
                condition=Q(is_current=True),
                name="one_current_template_per_language",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_type} {self.language} {self.number}"
