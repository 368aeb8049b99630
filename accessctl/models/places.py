"""The municipality and its schools, the units of access."""

from typing import Any, Self
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from accessctl.permissions import Permission
from accessctl.scope import scope_of


class Municipality(models.Model):
    """The data controller. One row: an installation serves one municipality."""

    name = models.CharField(_("navn"), max_length=100)
    number = models.CharField(_("kommunenummer"), max_length=4)
    org_number = models.CharField(_("organisasjonsnummer"), max_length=9)
    language = models.CharField(_("målform"), max_length=2, default="nb", choices=[("nb", "bokmål"), ("nn", "nynorsk")])

    support_phone = models.CharField(_("telefon til brukerstøtten"), max_length=20, blank=True)
    support_email = models.EmailField(_("e-post til brukerstøtten"), blank=True)
    support_url = models.URLField(
        _("side for brukerstøtte"), blank=True, help_text=_("Der ansatte og foresatte finner hjelp eller melder feil.")
    )
    access_url = models.URLField(
        _("skjema for tilgang"), blank=True, help_text=_("Der lederen bestiller tilgang for ansatte.")
    )

    class Meta:
        verbose_name = _("kommune")
        verbose_name_plural = _("kommuner")
        permissions = [(p.value, p.label) for p in Permission]

    def __str__(self) -> str:
        return self.name


class SchoolQuerySet(models.QuerySet["School"]):
    def visible_to(self, user: Any, permission: Permission = Permission.VIEW_PUPIL) -> Self:
        """Schools in which `user` holds `permission`, be it for the school or only for own groups there."""
        reach = scope_of(user).reach(permission)
        return self if reach.everything else self.filter(pk__in=reach.any_school_ids)


class School(models.Model):
    class Kind(models.TextChoices):
        PRIMARY = "primary", _("barneskole")
        LOWER_SECONDARY = "lower_secondary", _("ungdomsskole")
        COMBINED = "combined", _("kombinert skole")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(_("navn"), max_length=120)
    org_number = models.CharField(_("organisasjonsnummer"), max_length=9, unique=True)
    kind = models.CharField(_("skoleslag"), max_length=16, choices=Kind)
    language = models.CharField(_("målform"), max_length=2, default="nb", choices=[("nb", "bokmål"), ("nn", "nynorsk")])
    address = models.CharField(_("adresse"), max_length=200, blank=True)
    postal_code = models.CharField(_("postnummer"), max_length=4, blank=True)
    city = models.CharField(_("poststed"), max_length=60, blank=True)
    phone = models.CharField(_("telefon"), max_length=20, blank=True)
    email = models.EmailField(_("e-post"), blank=True)

    objects = SchoolQuerySet.as_manager()

    class Meta:
        verbose_name = _("skole")
        verbose_name_plural = _("skoler")
        ordering = ["name"]
        permissions = [(p.value, p.label) for p in Permission]

    def __str__(self) -> str:
        return self.name
