"""Files that wait to be read into a register."""

from datetime import datetime
from hashlib import sha256
from typing import Any, Self
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from accessctl.models.users import User
from schoolapp.lib import clock


class RegisterFileQuerySet(models.QuerySet["RegisterFile"]):
    def own(self, user: Any, register: str) -> Self:
        """What the user has uploaded for one register; nobody else sees what is in it."""
        return self.filter(uploaded_by=user, register=register)

    def keep(self, user: Any, register: str, content: bytes, *, forget_before: datetime) -> "RegisterFile":
        """Keep an uploaded file, and let go of everybody's that were never read in before that moment."""
        old = RegisterFile.objects.filter(uploaded_at__lt=forget_before)
        old.exclude(content=b"").update(content=b"")
        digest = sha256(content).hexdigest()
        return self.create(register=register, uploaded_by=user, content=content, sha256=digest)


class RegisterFile(models.Model):
    """A file somebody has uploaded, and what its preview showed. The content goes when the file has been read in."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    register = models.CharField(max_length=60)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=clock.now, db_index=True)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    plan = models.CharField(max_length=64, blank=True, help_text="Digest of what the last preview showed")
    counts = models.JSONField(default=dict)
    applied_at = models.DateTimeField(null=True)

    objects = RegisterFileQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("innlest fil"), _("innleste filer")

    def __str__(self) -> str:
        return f"{self.register} {self.sha256[:12]}"
