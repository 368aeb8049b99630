"""Files for other systems."""

from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accessctl.permissions import Permission
from accessctl.scope import scope_of
from students.models import FileJob, FileJobQuerySet


class RosterExportQuerySet(FileJobQuerySet):
    def visible_to(self, user: Any, permission: Permission = Permission.EXPORT_DATA) -> Self:
        """What `user` has asked for, while they hold the right for the whole municipality."""
        return self.own(user) if scope_of(user).reach(permission).everything else self.none()


class RosterExport(FileJob):
    """Who goes where and is taught by whom, for a system outside. Never anybody with address protection."""

    class Format(models.TextChoices):
        PIFU = "pifu", "PIFU-IMS 1.3 (XML)"
        ONEROSTER = "oneroster", "OneRoster 1.1 (CSV)"
        FEIDE = "feide", _("Feide-grupper (CSV)")

    format = models.CharField(_("format"), max_length=10, choices=Format)
    with_numbers = models.BooleanField(_("med fødselsnummer"), default=False)
    with_guardians = models.BooleanField(_("med foresatte"), default=False)
    counts = models.JSONField(default=dict)
    # Who was kept out of the file, as a digest.
    kept_out = models.CharField(max_length=32, default="")

    objects: ClassVar[Any] = RosterExportQuerySet.as_manager()

    class Meta(FileJob.Meta):
        abstract = False
        verbose_name, verbose_name_plural = _("fil til et annet system"), _("filer til andre systemer")
