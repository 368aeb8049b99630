"""What keeps a guardian from a pupil, whatever the register says. A block ends only when a person lifts it."""

from typing import Any
from uuid import UUID, uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accessctl.login.level import Content
from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from people.models import Person, Protection
from schoolapp.lib import clock
from students.models import Student

# Short on purpose: which order or decision it is, never what it says about anybody.
REFERENCE_LENGTH = 80
NAME_LENGTH = 401


class RelationBlockQuerySet(models.QuerySet):
    def active(self):
        """Blocks in force: begun, and not lifted. The end of the order behind one changes nothing by itself."""
        return self.filter(valid_from__lte=clock.today(), lifted_at__isnull=True)

    def run_out(self):
        """Blocks in force whose order has ended, so that a person must decide."""
        return self.active().filter(order_ends_on__lt=clock.today())

    def visible_to(self, user, permission: Permission = Permission.BLOCK_GUARDIAN):
        """Blocks about pupils for whom `user` holds `permission`; a protected guardian's as the relation itself.

        One that shows only the name somebody typed tells nothing of who has it, and looks the same whoever that is.
        """
        rows = self.filter(student__in=Student.objects.visible_to(user, permission))
        reach = scope_of(user).reach(Permission.SEE_PROTECTED)
        if reach.everything:
            return rows
        open_to_all = Q(guardian__isnull=True) | Q(guardian__protection=Protection.NONE) | ~Q(named="")
        return rows.filter(open_to_all | Q(student__school_id__in=reach.school_ids))


class RelationBlock(models.Model):
    """Why somebody has no access to a pupil. Without a guardian it is child welfare's care of the child: it keeps out
    every guardian who has not been let in in spite of it.
    """

    class Kind(models.TextChoices):
        NO_CONTACT = "no_contact", _("besøksforbud")
        LOST_RIGHT = "lost_right", _("fratatt retten til opplysninger")
        CARE = "care", _("barnevernet har overtatt omsorgen")
        OTHER = "other", _("annet vedtak")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="blocks")
    guardian = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="blocks")
    named = models.CharField(_("navn som ble oppgitt"), max_length=NAME_LENGTH, blank=True, default="")
    kind = models.CharField(_("grunn"), max_length=12, choices=Kind)
    reference = models.CharField(_("vedtak eller saksnummer"), max_length=REFERENCE_LENGTH)
    valid_from = models.DateField(_("fra"), default=clock.today)
    order_ends_on = models.DateField(_("vedtaket gjelder til og med"), null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lift_reason = models.CharField(_("hvorfor sperren oppheves"), max_length=300, blank=True)

    objects = RelationBlockQuerySet.as_manager()

    class Meta:
        verbose_name = _("sperre")
        verbose_name_plural = _("sperrer")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["student", "guardian"], name="block_in_force", condition=Q(lifted_at=None))]
        constraints = [
            models.CheckConstraint(condition=Q(guardian__isnull=False) | Q(kind="care"), name="block_of_somebody"),
            models.CheckConstraint(
                condition=Q(order_ends_on__isnull=True) | Q(order_ends_on__gte=F("valid_from")), name="block_date_order"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lift_reason=""),
                name="block_lifted_by_someone",
            ),
            models.UniqueConstraint(
                fields=["student", "guardian", "kind"],
                condition=Q(lifted_at__isnull=True),
                nulls_distinct=False,
                name="one_open_block_of_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def about(self) -> UUID:
        return self.student.uuid

    @property
    def shown_name(self) -> str:
        """Whom the block is about: as typed, for somebody found by national id; empty for all guardians."""
        return self.named or (self.guardian.full_name if self.guardian else "")

    @property
    def guarded_as(self) -> frozenset[Content]:
        own: Any = self.guardian.guarded_as if self.guardian and not self.named else frozenset()
        return own | self.student.guarded_as

    @property
    def order_has_ended(self) -> bool:
        return self.order_ends_on is not None and self.order_ends_on < clock.today()


class BlockedAttemptQuerySet(models.QuerySet):
    def visible_to(self, user, permission: Permission = Permission.BLOCK_GUARDIAN):
        return self.filter(block__in=RelationBlock.objects.visible_to(user, permission))

    def unseen(self):
        return self.filter(seen_at__isnull=True)


class BlockedAttempt(models.Model):
    """A day on which somebody blocked tried to log in, and who at the school has seen it."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    block = models.ForeignKey(RelationBlock, on_delete=models.CASCADE, related_name="attempts")
    day = models.DateField(default=clock.today)
    seen_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)

    objects = BlockedAttemptQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("forsøk fra sperret person"), _("forsøk fra sperrede personer")
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["block", "day"], name="one_attempt_a_day")]

    def __str__(self) -> str:
        return f"{self.day}"

    @property
    def about(self) -> UUID:
        return self.block.student.uuid
