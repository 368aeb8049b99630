"""The photographer's zips, read by a worker."""

import math
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock
from students.models import FileJob, FileJobQuerySet
from students.models.exports import KEPT_DAYS


class PhotoImportQuerySet(FileJobQuerySet):
    def visible_to(self, user: Any, permission: Permission = Permission.MAKE_PHOTO_FILE) -> Self:
        """What `user` has sent in, while they hold the right somewhere."""
        reach = scope_of(user).reach(permission)
        return self.own(user) if reach.everything or reach.school_ids else self.none()

    def closed(self) -> Self:
        return self.exclude(state__in=(FileJob.State.WAITING, FileJob.State.WORKING))

    def outlived(self) -> Self:
        """Those whose result has been there for its days."""
        return self.closed().filter(asked_at__lte=clock.now() - timedelta(days=KEPT_DAYS))


class PhotoImport(FileJob):
    """One zip from the photographer: `file` until it is read, then what became of each picture.

    `result` names pupils by uuid (`matched`, `without_consent`) and files by name (`unmatched`, `unreadable`).
    """

    class Reason(models.TextChoices):
        CANCELLED = "cancelled", _("Du avbrøt. Bildene som alt var tatt inn, står. Resten er ikke lagret.")
        BROKEN = "broken", _("Zip-filen er skadet. Ingen bilder er tatt inn. Be fotografen sende den på nytt.")

    file_name = models.CharField(_("filnavn"), max_length=100, blank=True)
    begun_at = models.DateTimeField(null=True)
    reason = models.CharField(_("grunn"), max_length=10, choices=Reason, blank=True)
    result = models.JSONField(default=dict)

    objects: ClassVar[Any] = PhotoImportQuerySet.as_manager()

    class Meta(FileJob.Meta):
        abstract = False
        verbose_name, verbose_name_plural = _("innlesing av skolefoto"), _("innlesinger av skolefoto")

    @property
    def minutes_left(self) -> int | None:
        """At the pace so far, rounded up; None before there is a pace."""
        if not self.is_open or not self.done or self.begun_at is None:
            return None
        gone = (clock.now() - self.begun_at).total_seconds()
        return math.ceil(gone / self.done * (self.total - self.done) / 60)
