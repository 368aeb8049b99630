"""Which letters carry a document, and to whom."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accessctl.models import User
from documents.models.document import Document
from messaging.models import Dispatch
from people.models import Person


class DocumentDispatchQuerySet(models.QuerySet["DocumentDispatch"]):
    def own(self, user: User) -> Self:
        """The letters to `user`."""
        return self.filter(guardian__user=user)


class DocumentDispatch(models.Model):
    """One finalised version of a document, promised to one person. Without a person: nobody is marked to receive it."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="dispatches")
    guardian = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", help_text="Or the pupil, when of age"
    )
    dispatch = models.OneToOneField(Dispatch, on_delete=models.PROTECT, related_name="document_dispatch")

    objects = DocumentDispatchQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("utsending av dokument"), _("utsendinger av dokumenter")
        constraints = [models.UniqueConstraint(fields=["document", "guardian"], name="one_dispatch_per_guardian")]

    def __str__(self) -> str:
        return str(self.dispatch)
