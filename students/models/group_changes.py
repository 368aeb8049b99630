"""What was done to a group and to who belongs to it, so that it can be taken back the same day."""

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from accessctl.models import User
from schoolapp.lib import clock
from students.models.records import Group


class GroupChange(models.Model):
    """One act. `rows` tells of each row it touched how it was and how it became; the rows themselves stay the truth."""

    class Act(models.TextChoices):
        CREATED = "created", _("Opprettet")
        PUT_IN = "put_in", _("Satt inn elever")
        TAKEN_OUT = "taken_out", _("Tatt ut elever")
        CLOSED = "closed", _("Avsluttet")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="changes")
    act = models.CharField(max_length=16, choices=Act)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)
    rows = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("endring av gruppe"), _("endringer av grupper")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["group", "-at"], name="group_change_latest")]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.at:%Y-%m-%d %H:%M}"
