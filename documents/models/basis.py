"""The register of grounds on which a document is exempt from public access."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AccessBasis(models.Model):
    """An access code of the archive with the provision it rests on (offentleglova). Rows are the municipality's.

    `strictness` orders them: an author may choose one that is stricter than what the type says, never another.
    """

    slug = models.SlugField(unique=True, null=True, editable=False, help_text="Of those the system comes with")
    access_code = models.CharField(_("tilgangskode"), max_length=10)
    legal_basis = models.CharField(_("unntakshjemmel"), max_length=120)
    strictness = models.PositiveSmallIntegerField(
        _("strenghet"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
        help_text=_(
            "Et tall fra 1 til 9. Den som skriver, kan bare velge en hjemmel som er strengere enn den typen har."
        ),
    )
    is_active = models.BooleanField(_("i bruk"), default=True)

    class Meta:
        verbose_name, verbose_name_plural = _("unntakshjemmel"), _("unntakshjemler")
        ordering = ["strictness", "access_code", "legal_basis"]
        constraints = [
            models.UniqueConstraint(fields=["access_code", "legal_basis"], name="access_basis_once"),
            models.CheckConstraint(condition=Q(strictness__range=(1, 9)), name="access_basis_strictness"),
        ]

    def __str__(self) -> str:
        return f"{self.access_code} – {self.legal_basis}"


def stricter(first: AccessBasis | None, second: AccessBasis | None) -> AccessBasis | None:
    """The stricter of two; none at all is the least strict. Of equals the first."""
    if first is None or second is None:
        return first or second
    return second if second.strictness > first.strictness else first
