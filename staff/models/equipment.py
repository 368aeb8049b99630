"""What a new employee needs: the form the principal sends, and the municipality delivers upon."""

from typing import Any, Self
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock
from staff.models.employees import Employee


class IctOrderQuerySet(models.QuerySet["IctOrder"]):
    def visible_to(self, user: Any, permission: Permission = Permission.ORDER_ICT) -> Self:
        reach = scope_of(user).reach(permission)
        return self if reach.everything else self.filter(school_id__in=reach.school_ids)


class IctOrder(models.Model):
    """A task for the principal from the day somebody new is known until the form is sent, or is not needed (7.4).

    Then it is one for whoever answers for staff in the whole municipality, until what was asked for is delivered.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("ikke sendt")
        SENT = "sent", _("sendt")
        DELIVERED = "delivered", _("levert")
        NOT_NEEDED = "not_needed", _("trengs ikke")

    class Equipment(models.TextChoices):
        LAPTOP = "laptop", _("bærbar PC")
        TABLET = "tablet", _("nettbrett")
        PHONE = "phone", _("telefon")
        SCREEN = "screen", _("ekstra skjerm")
        KEY_CARD = "key_card", _("nøkkelkort")
        PRINTING = "printing", _("utskrift")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="ict_orders")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="ict_orders")
    state = models.CharField(_("status"), max_length=10, choices=State, default=State.WAITING)
    needed_from = models.DateField(_("trengs fra"), default=clock.today)
    equipment = ArrayField(models.CharField(max_length=10, choices=Equipment), default=list, verbose_name=_("utstyr"))
    systems = models.CharField(_("systemer"), max_length=300, blank=True)
    comment = models.CharField(_("kommentar"), max_length=500, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)
    delivered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    delivered_at = models.DateTimeField(null=True)

    objects = IctOrderQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("IKT-skjema"), _("IKT-skjemaer")
        ordering = ["needed_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["employee", "school"], name="one_ict_order_per_school"),
            models.CheckConstraint(
                condition=Q(state="waiting", sent_by__isnull=True, sent_at__isnull=True)
                | (~Q(state="waiting") & Q(sent_by__isnull=False, sent_at__isnull=False)),
                name="ict_order_done_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(state="delivered", delivered_by__isnull=False, delivered_at__isnull=False)
                | (~Q(state="delivered") & Q(delivered_by__isnull=True, delivered_at__isnull=True)),
                name="ict_order_delivered_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_state_display())

    def equipment_in_words(self) -> str:
        return ", ".join(str(self.Equipment(piece).label) for piece in self.equipment)
