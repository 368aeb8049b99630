"""Who owns a school's cases in the archive, from which day."""

from typing import Self
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from accessctl.models import School, User
from accessctl.permissions import Permission
from schoolapp.lib import clock


class CaseOwnerQuerySet(models.QuerySet["CaseOwner"]):
    def visible_to(self, user: User, permission: Permission = Permission.EDIT_ARCHIVE_SETTINGS) -> Self:
        """The owners at the schools whose archive settings `user` may change."""
        return self.filter(school__in=School.objects.visible_to(user, permission))


class CaseOwner(models.Model):
    """From the beginning of `from_date` in Norway this person owns the school's cases and folders, and signs its
    letters as `signs_as`. The row before ends there, and is never changed; a trigger holds that (handbook 6.3).
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="case_owners", verbose_name=_("skole"))
    from_date = models.DateField(_("fra og med"))
    name = models.CharField(_("navn"), max_length=120)
    initials = models.CharField(_("initialer i arkivet"), max_length=20)
    signs_as = models.CharField(_("signerer som"), max_length=40, default="rektor")
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("bruker")
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    objects = CaseOwnerQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("saksansvarlig"), _("saksansvarlige")
        ordering = ["school", "-from_date"]
        constraints = [models.UniqueConstraint(fields=["school", "from_date"], name="one_case_owner_from_a_day")]

    def __str__(self) -> str:
        return f"{self.initials} {self.from_date:%Y-%m-%d}"

    @property
    def is_to_come(self) -> bool:
        return self.from_date > clock.today()


class LogCheck(models.Model):
    """«Sjekk feillogg»: when somebody last looked at what has failed (handbook 6.3). What failed later is new."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name, verbose_name_plural = _("gjennomgang av feilloggen"), _("gjennomganger av feilloggen")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
