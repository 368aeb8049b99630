"""Positions as the staff register tells them, and which school each unit of the organisation is."""

from typing import Any, Self
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import DatedQuerySet, RoleAssignment, School
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from staff.models.employees import Employee

FULL = 10_000


class OrgUnitQuerySet(models.QuerySet["OrgUnit"]):
    def visible_to(self, user: Any, permission: Permission = Permission.SYNC_STAFF) -> Self:
        return self if scope_of(user).reach(permission).everything else self.none()

    def unmapped(self) -> Self:
        """Those nobody has said anything about yet."""
        return self.filter(school__isnull=True, is_outside=False)


class OrgUnit(models.Model):
    """A unit of the organisation in the HR system, and the school it is. Without a school it gives nobody one."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    unit_id = models.CharField(_("enhetens nummer i HR"), max_length=40, unique=True)
    name = models.CharField(_("navn i HR"), max_length=120, blank=True)
    school = models.ForeignKey(
        School, on_delete=models.PROTECT, null=True, blank=True, related_name="org_units", verbose_name=_("skole")
    )
    is_outside = models.BooleanField(
        _("er ikke en skole"), default=False, help_text=_("Kryss av for enheter som ikke hører til en skole.")
    )

    objects = OrgUnitQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("enhet i HR"), _("enheter i HR")
        ordering = ["unit_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_outside=False) | Q(school__isnull=True),
                name="org_unit_school_or_outside",
                violation_error_message=_("En enhet som har en skole, kan ikke samtidig stå som ikke en skole."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.name}".strip()


class PositionQuerySet(DatedQuerySet):
    def visible_to(self, user: Any, permission: Permission = Permission.VIEW_STAFF) -> Self:
        """Positions at schools where `user` holds the right; those without a school need the municipality."""
        reach = scope_of(user).reach(permission)
        return self if reach.everything else self.filter(school_id__in=reach.school_ids)


class Position(models.Model):
    """An employment relation in a period. `percent` and `weekly_hours` are hundredths; `reference` is HR's key.

    `number` counts the positions of one employee and never changes.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="positions")
    reference = models.CharField(max_length=120)
    employment_id = models.CharField(_("arbeidsforhold"), max_length=40, blank=True)
    number = models.PositiveSmallIntegerField(_("stillingsnummer"))
    is_primary = models.BooleanField(_("hovedstilling"), default=False)
    code = models.CharField(_("stillingskode"), max_length=20, blank=True)
    title = models.CharField(_("stilling"), max_length=120, blank=True)
    percent = models.PositiveIntegerField(_("stillingsprosent"))
    weekly_hours = models.PositiveIntegerField(null=True, blank=True)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="positions")
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, related_name="positions")
    manager_number = models.CharField(max_length=20, blank=True)
    responsibility = models.CharField(_("ansvar"), max_length=20, blank=True)
    function = models.CharField(_("funksjon"), max_length=20, blank=True)
    valid_from = models.DateField(_("fra"))
    valid_to = models.DateField(_("til og med"), null=True, blank=True)

    objects = PositionQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("stilling"), _("stillinger")
        ordering = ["valid_from", "pk"]
        indexes = [models.Index(fields=["school", "valid_to"], name="position_school")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="position_date_order"
            ),
            models.CheckConstraint(condition=Q(percent__lte=FULL), name="position_percent_range"),
            models.UniqueConstraint(fields=["employee", "reference"], name="position_once"),
            models.UniqueConstraint(fields=["employee", "number"], name="position_number_once"),
        ]

    def __str__(self) -> str:
        return self.title or self.code

    @property
    def employment(self) -> str:
        """The employment as the pay system knows it."""
        return self.employment_id or f"{self.employee.employee_number}-{self.number}"


class RoleEnd(models.Model):
    """A role that ends because the employment does. `given_until` is the end somebody had set, if any."""

    assignment = models.OneToOneField(RoleAssignment, on_delete=models.CASCADE, related_name="role_end")
    given_until = models.DateField(null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("rolle avsluttet av ansattsynk"), _("roller avsluttet av ansattsynk")

    def __str__(self) -> str:
        return str(self.given_until or "–")
