"""What people decide about address protection: switching it on at once, and taking it down, which takes two."""

from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import TwoPersonDecision, User
from people.models.persons import Person, Protection
from schoolapp.lib import clock


class Shielding(models.Model):
    """Protection switched on by a school with immediate effect. It waits for an officer to follow up."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="shieldings")
    level = models.CharField(_("grad"), max_length=12, choices=Protection)
    reason = models.CharField(_("begrunnelse"), max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)
    followed_up_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    followed_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("skjerming")
        verbose_name_plural = _("skjerminger")
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(followed_up_by__isnull=True, followed_up_at__isnull=True)
                | Q(followed_up_by__isnull=False, followed_up_at__isnull=False),
                name="shielding_followed_up_by_someone",
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"

    @property
    def about(self) -> UUID:
        """Whom an access-log line about this concerns, as for the person."""
        return getattr(self, "pupil_uuid", None) or self.person.about


class ProtectionChange(TwoPersonDecision):
    """Protection to be taken down or off. Nothing changes before a second officer approves."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="protection_changes")
    level = models.CharField(_("ny grad"), max_length=12, choices=Protection)

    class Meta(TwoPersonDecision.Meta):
        verbose_name = _("forslag om å oppheve skjerming")
        verbose_name_plural = _("forslag om å oppheve skjerming")
        constraints: ClassVar[list[Any]] = [
            *TwoPersonDecision.Meta.constraints,
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="proposed"), name="one_open_protection_change"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_state_display())

    @property
    def about(self) -> UUID:
        """Whom an access-log line about this concerns, as for the person."""
        return getattr(self, "pupil_uuid", None) or self.person.about
