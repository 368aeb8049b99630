"""Messages to and from the archive over Fiks IO. What comes in is a row before anything else is made of it."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from archive.models.delivery import Delivery


class FiksRequest(models.Model):
    """One message we sent. `client_id` is ours, and the same for the same content however often it is sent."""

    class Kind(models.TextChoices):
        CREATE = "create", _("arkivmelding")
        LOOK_UP = "look_up", _("oppslag")

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, null=True, related_name="fiks_requests")
    run_id_then = models.BigIntegerField(null=True, help_text="The run it was sent in: a new run starts afresh")
    kind = models.CharField(max_length=8, choices=Kind)
    client_id = models.UUIDField()
    correlation = models.UUIDField(default=uuid4, unique=True, help_text="Copied by the archive to each reply")
    message_id = models.UUIDField(null=True, unique=True, help_text="Fiks IO's own, empty when it did not answer us")
    with_folder = models.BooleanField(default=False)
    sent_at = models.DateTimeField(db_default=Now())
    look_at = models.DateTimeField(help_text="When to act if nothing has come")
    expires_at = models.DateTimeField(help_text="Fiks IO does not deliver it after this")

    class Meta:
        verbose_name, verbose_name_plural = _("melding til arkivet"), _("meldinger til arkivet")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.client_id}"


class FiksReply(models.Model):
    """The inbox. The payload is kept as it came, encrypted to our key, since it may name a pupil."""

    message_id = models.UUIDField(unique=True)
    message_type = models.CharField(max_length=200)
    answers = models.UUIDField(null=True, help_text="The message it answers, by Fiks IO")
    correlation = models.UUIDField(null=True, help_text="Ours, copied by the archive")
    sender = models.CharField(max_length=60, blank=True)
    payload = models.BinaryField(null=True)
    store_id = models.CharField(max_length=60, blank=True, help_text="Where Fiks keeps what is too large to send")
    received_at = models.DateTimeField(db_default=Now())
    request = models.ForeignKey(FiksRequest, on_delete=models.CASCADE, null=True, related_name="replies")
    applied_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("melding fra arkivet"), _("meldinger fra arkivet")
        ordering = ["pk"]
        indexes = [models.Index(fields=["received_at"], condition=Q(applied_at=None), name="fiks_reply_new")]

    def __str__(self) -> str:
        return self.message_type
