"""Employees."""

from typing import Any, Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import RoleAssignment
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from people.models import Person, Protection
from schoolapp.lib import clock

MAX_WORDS = 5


class EmployeeQuerySet(models.QuerySet["Employee"]):
    def visible_to(self, user: Any, permission: Permission = Permission.GIVE_ROLES) -> Self:
        """Employees with a role, now or to come, at a school where `user` holds `permission`; else all of them."""
        reach = scope_of(user).reach(permission)
        if reach.everything:
            return self
        here = RoleAssignment.objects.not_ended().filter(school__in=reach.school_ids)
        return self.filter(person__user__in=here.values("user"))

    def called(self, query: str) -> Self:
        """Those in whose name each word is found. Nobody with address protection is found by name."""
        words = query.split()[:MAX_WORDS]
        rows = self.filter(person__protection=Protection.NONE) if words else self
        for word in words:
            rows = rows.filter(Q(person__given_name__icontains=word) | Q(person__family_name__icontains=word))
        return rows

    def shown_to(self, user: Any) -> Self:
        """Without those with address protection, unless `user` may see them all."""
        if scope_of(user).reach(Permission.SEE_PROTECTED).everything:
            return self
        return self.filter(person__protection=Protection.NONE)

    def employed(self) -> Self:
        """Those who have not left: no last day, or one that is not past."""
        return self.filter(Q(employed_to__isnull=True) | Q(employed_to__gte=clock.today()))


class Employee(models.Model):
    """Someone employed by the municipality. Which school they belong to is said by their role assignments.

    `follows_hr` says that the staff register keeps the row; others are kept by hand and never closed by a file.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="employee")
    employee_number = models.CharField(_("ansattnummer"), max_length=20, unique=True)
    initials = models.CharField(_("initialer"), max_length=10, blank=True)
    title = models.CharField(_("stilling"), max_length=80, blank=True)
    follows_hr = models.BooleanField(_("følger HR"), default=False, editable=False)
    name_from_hr = models.BooleanField(default=False, editable=False)
    employed_from = models.DateField(_("ansatt fra"), null=True, blank=True)
    employed_to = models.DateField(_("siste dag"), null=True, blank=True)
    work_email = models.EmailField(_("e-post på jobben"), blank=True)
    work_phone = models.CharField(_("telefon på jobben"), max_length=20, blank=True)
    hr_username = models.CharField(_("brukernavn i HR"), max_length=60, blank=True)

    objects = EmployeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("ansatt")
        verbose_name_plural = _("ansatte")
        constraints = [
            models.CheckConstraint(
                condition=Q(employed_from__isnull=True)
                | Q(employed_to__isnull=True)
                | Q(employed_to__gte=models.F("employed_from")),
                name="employee_date_order",
            )
        ]

    def __str__(self) -> str:
        return str(self.person)

    @property
    def has_left(self) -> bool:
        return self.employed_to is not None and self.employed_to < clock.today()
