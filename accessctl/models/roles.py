"""Roles, who holds them where and until when, and the rights given to one person on one object."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from accessctl.models.dated import DatedQuerySet
from accessctl.models.places import Municipality, School
from accessctl.models.users import User
from accessctl.roles import Reach
from schoolapp.lib import clock


class Role(models.Model):
    slug = models.SlugField(unique=True)
    name = models.CharField(_("navn"), max_length=60)
    reach = models.CharField(_("rekkevidde"), max_length=16, choices=Reach)
    permissions = ArrayField(models.CharField(max_length=40), default=list, verbose_name=_("rettigheter"), blank=True)

    class Meta:
        verbose_name = _("rolle")
        verbose_name_plural = _("roller")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RoleAssignment(models.Model):
    """A role given to a person, at a school when the role's reach asks for one."""

    class Source(models.TextChoices):
        HR = "hr", _("ansattsynk")
        MANUAL = "manual", _("gitt manuelt")
        REGISTER = "register", _("Folkeregisteret")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="assignments")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="assignments")
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="assignments")
    valid_from = models.DateField(_("fra"), default=clock.today)
    valid_to = models.DateField(_("til og med"), null=True, blank=True)
    source = models.CharField(_("kilde"), max_length=8, choices=Source, default=Source.MANUAL)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("rolletildeling")
        verbose_name_plural = _("rolletildelinger")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="assignment_date_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


class GrantBase(UserObjectPermissionBase):
    """A right given by a person to a person on one object, with an end and a reason (django-guardian, direct keys)."""

    valid_from = models.DateField(default=clock.today)
    valid_to = models.DateField(null=True, blank=True)
    reason = models.CharField(_("begrunnelse"), max_length=300)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(UserObjectPermissionBase.Meta):
        abstract = True


class MunicipalityGrant(GrantBase):
    content_object = models.ForeignKey(Municipality, on_delete=models.CASCADE)


class SchoolGrant(GrantBase):
    content_object = models.ForeignKey(School, on_delete=models.CASCADE)
