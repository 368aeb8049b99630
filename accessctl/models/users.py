"""Users, who they are at the login providers, and their sessions."""

from typing import Any
from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock


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
        verbose_name, verbose_name_plural = _("innloggingsidentitet"), _("innloggingsidentiteter")
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="one_user_per_identity")]

    def __str__(self) -> str:
        return self.issuer


class LoginSession(models.Model):
    """Index from the provider's `sid` to our session, so that front-channel logout works without a cookie."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="login_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    issuer = models.CharField(max_length=200)
    sid = models.CharField(max_length=200, blank=True, db_index=True)
    acr = models.CharField(max_length=100)
    device = models.CharField(max_length=60, blank=True, help_text="Browser and system in words, for the owner's list")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name, verbose_name_plural = _("innlogging"), _("innlogginger")

    def __str__(self) -> str:
        return f"{self.issuer} {self.created_at:%Y-%m-%d %H:%M}"
