"""Employees."""

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from people.models import Person


class Employee(models.Model):
    """Someone employed by the municipality. Which school they belong to is said by their role assignments."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="employee")
    employee_number = models.CharField(_("ansattnummer"), max_length=20, unique=True)
    initials = models.CharField(_("initialer"), max_length=10, blank=True)
    title = models.CharField(_("stilling"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("ansatt")
        verbose_name_plural = _("ansatte")

    def __str__(self) -> str:
        return str(self.person)
