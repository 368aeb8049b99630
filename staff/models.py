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


class Employee(models.Model):
    """Someone employed by the municipality. Which school they belong to is said by their role assignments."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="employee")
    employee_number = models.CharField(_("ansattnummer"), max_length=20, unique=True)
    initials = models.CharField(_("initialer"), max_length=10, blank=True)
    title = models.CharField(_("stilling"), max_length=80, blank=True)

    objects = EmployeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("ansatt")
        verbose_name_plural = _("ansatte")

    def __str__(self) -> str:
        return str(self.person)
