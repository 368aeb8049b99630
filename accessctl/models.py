"""Users, schools as units of access, roles, grants, login sessions and the access log."""

from datetime import date
from typing import Any, Self
from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from accessctl.permissions import Permission
from accessctl.roles import Reach
from accessctl.scope import scope_of
from schoolapp.lib import clock


class DatedQuerySet(models.QuerySet[Any]):
    """For rows with `valid_from` and `valid_to` (the last day, or empty for no end)."""

    def on(self, day: date | None = None) -> Self:
        day = day or clock.today()
        return self.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))


class Municipality(models.Model):
    """The data controller. One row: an installation serves one municipality."""

    name = models.CharField(_("navn"), max_length=100)
    number = models.CharField(_("kommunenummer"), max_length=4)
    org_number = models.CharField(_("organisasjonsnummer"), max_length=9)
    language = models.CharField(_("målform"), max_length=2, default="nb", choices=[("nb", "bokmål"), ("nn", "nynorsk")])

    class Meta:
        verbose_name = _("kommune")
        verbose_name_plural = _("kommuner")
        permissions = [(p.value, p.label) for p in Permission]

    def __str__(self) -> str:
        return self.name


class SchoolQuerySet(models.QuerySet["School"]):
    def visible_to(self, user: Any, permission: Permission = Permission.VIEW_PUPIL) -> Self:
        """Schools in which `user` holds `permission`, be it for the school or only for own groups there."""
        reach = scope_of(user).reach(permission)
        return self if reach.everything else self.filter(pk__in=reach.school_ids | reach.own_group_school_ids)


class School(models.Model):
    class Kind(models.TextChoices):
        PRIMARY = "primary", _("barneskole")
        LOWER_SECONDARY = "lower_secondary", _("ungdomsskole")
        COMBINED = "combined", _("kombinert skole")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(_("navn"), max_length=120)
    org_number = models.CharField(_("organisasjonsnummer"), max_length=9, unique=True)
    kind = models.CharField(_("skoleslag"), max_length=16, choices=Kind)
    language = models.CharField(_("målform"), max_length=2, default="nb", choices=[("nb", "bokmål"), ("nn", "nynorsk")])
    address = models.CharField(_("adresse"), max_length=200, blank=True)
    postal_code = models.CharField(_("postnummer"), max_length=4, blank=True)
    city = models.CharField(_("poststed"), max_length=60, blank=True)
    phone = models.CharField(_("telefon"), max_length=20, blank=True)
    email = models.EmailField(_("e-post"), blank=True)

    objects = SchoolQuerySet.as_manager()

    class Meta:
        verbose_name = _("skole")
        verbose_name_plural = _("skoler")
        ordering = ["name"]
        permissions = [(p.value, p.label) for p in Permission]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create(self, **fields: Any) -> "User":
        fields.setdefault("username", uuid4().hex)
        return super().create(**fields)


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who logs in through ID-porten or Feide. There are no passwords and no superusers."""

    password = None  # type: ignore[assignment]  # removes the inherited column
    username = models.CharField(max_length=32, unique=True, editable=False)
    display_name = models.CharField(_("navn"), max_length=200)
    language = models.CharField(_("språk"), max_length=2, blank=True)
    is_active = models.BooleanField(_("aktiv"), default=True)

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = _("bruker")
        verbose_name_plural = _("brukere")
        constraints = [models.CheckConstraint(condition=Q(is_superuser=False), name="no_superusers")]

    def __str__(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        """What Django's admin calls the user."""
        return self.display_name

    @property
    def is_staff(self) -> bool:
        """Whether the municipal administration opens; asked by Django's admin."""
        return self.holds(Permission.ADMINISTER)

    def holds(self, permission: Permission) -> bool:
        """Whether the user has `permission` anywhere at all."""
        return scope_of(self).holds(permission)


class LoginIdentity(models.Model):
    """Who a login provider says this is. Keyed by issuer and subject, never by e-mail or national id alone."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="one_user_per_identity")]

    def __str__(self) -> str:
        return self.issuer


class LoginSession(models.Model):
    """Index from the provider's `sid` to our session, so that front-channel logout works without a cookie."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="login_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    issuer = models.CharField(max_length=200)
    sid = models.CharField(max_length=200, blank=True, db_index=True)
    acr = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.issuer} {self.created_at:%Y-%m-%d %H:%M}"


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
