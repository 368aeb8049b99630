"""Variable pay: lines that one person records and another approves, and the batches they are sent in."""

from typing import Any, ClassVar, Self
from uuid import uuid4

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock
from staff.models.positions import Position

HUNDRED = 100


class PayCode(models.Model):
    """A lønnsart. `rate` is øre for each unit; empty where the pay system knows the rate."""

    code = models.CharField(
        _("lønnsart"),
        max_length=10,
        unique=True,
        validators=[RegexValidator(r"^[0-9A-Za-z]+\Z", _("Bruk bare siffer og bokstaver."))],
    )
    name = models.CharField(_("navn"), max_length=80)
    unit = models.CharField(_("enhet"), max_length=20, default="timer")
    rate = models.PositiveIntegerField(
        _("sats i øre"), null=True, blank=True, help_text=_("La stå tomt når lønnssystemet kjenner satsen.")
    )
    is_active = models.BooleanField(_("i bruk"), default=True)

    class Meta:
        verbose_name, verbose_name_plural = _("lønnsart"), _("lønnsarter")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class AtSchoolQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any, permission: Permission = Permission.RECORD_VARIABLE_PAY) -> Self:
        reach = scope_of(user).reach(permission)
        return self if reach.everything else self.filter(school_id__in=reach.school_ids)


class PayBatch(models.Model):
    """What one school sent to pay for one month: the very bytes. Never changed; the database refuses it."""

    append_only: ClassVar[bool] = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    number = models.PositiveIntegerField(_("nummer"), unique=True)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="pay_batches")
    period = models.DateField(_("måned"), help_text="The first day of the month")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    line_count = models.PositiveIntegerField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    objects = AtSchoolQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("overføring av variabel lønn"), _("overføringer av variabel lønn")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["school", "period"], name="one_pay_batch_per_month"),
            models.CheckConstraint(condition=Q(period__day=1), name="pay_batch_period_is_a_month"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class PayLine(models.Model):
    """Work to be paid beside the fixed pay. `quantity` is hundredths of the unit, negative in a correction.

    `payee` repeats whose pay it is, so that the database can refuse that people record or approve their own.
    """

    class State(models.TextChoices):
        RECORDED = "recorded", _("venter på godkjenning")
        RETURNED = "returned", _("sendt tilbake")
        APPROVED = "approved", _("godkjent")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="pay_lines")
    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="pay_lines")
    payee = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    pay_code = models.ForeignKey(PayCode, on_delete=models.PROTECT, related_name="+", verbose_name=_("lønnsart"))
    rate = models.PositiveIntegerField(null=True)
    first_day = models.DateField(_("fra"))
    last_day = models.DateField(_("til og med"))
    quantity = models.IntegerField(_("antall"))
    comment = models.CharField(_("kommentar"), max_length=120, blank=True)
    state = models.CharField(_("status"), max_length=8, choices=State, default=State.RECORDED)
    answer = models.CharField(_("svar"), max_length=200, blank=True)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    batch = models.ForeignKey(PayBatch, on_delete=models.PROTECT, null=True, related_name="lines")

    objects = AtSchoolQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("variabel lønn"), _("variabel lønn")
        ordering = ["first_day", "pk"]
        indexes = [models.Index(fields=["school", "state"], condition=Q(batch__isnull=True), name="pay_line_waiting")]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="pay_line_date_order"),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, quantity__gt=0) | Q(corrects__isnull=False, quantity__lt=0),
                name="pay_line_negative_when_correcting",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", approved_by__isnull=False, approved_at__isnull=False)
                | (~Q(state="approved") & Q(approved_by__isnull=True, approved_at__isnull=True, batch__isnull=True)),
                name="pay_line_approved_by_someone",
            ),
            models.CheckConstraint(condition=~Q(approved_by=F("recorded_by")), name="pay_line_four_eyes"),
            models.CheckConstraint(
                condition=~Q(payee=F("recorded_by")) & ~Q(payee=F("approved_by")), name="pay_line_not_own"
            ),
        ]

    def __str__(self) -> str:
        return self.source_id

    @property
    def source_id(self) -> str:
        """Our key of the line in the pay system."""
        return f"VT-{self.first_day.year}-{self.pk:06d}"

    @property
    def key(self) -> str:
        """Which line, and which wording of it: one that is changed is recorded anew."""
        return f"{self.uuid}.{self.recorded_at.timestamp():.6f}"

    @property
    def amount(self) -> int | None:
        """Øre, rounded to the nearest; a correction of a half rounds as the line it corrects."""
        if self.rate is None:
            return None
        whole = (abs(self.quantity) * self.rate + HUNDRED // 2) // HUNDRED
        return -whole if self.quantity < 0 else whole
