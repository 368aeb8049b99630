"""The access log."""

from django.db import models

from accessctl.models.users import User
from schoolapp.lib import clock


class AccessEvent(models.Model):
    """One line of the access log: who saw or did what, about whom. Append-only; a trigger refuses change."""

    at = models.DateTimeField(default=clock.now, db_index=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=40)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.UUIDField(null=True)
    about = models.UUIDField(null=True, db_index=True, help_text="The pupil concerned")
    ground = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"
