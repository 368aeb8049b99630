"""The access log, the change history, their seals, and the alerts. All are append-only: triggers refuse change."""

from typing import Any, Self
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accessctl.models.places import School
from accessctl.models.users import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of


class TransactionId(models.Field):  # type: ignore[type-arg]  # not subscriptable at run time
    """The transaction that wrote the row. The sealer knows by it which rows can no longer appear or vanish."""

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)

    def get_prep_value(self, value: Any) -> Any:
        return value if value is None or hasattr(value, "resolve_expression") else str(value)


THIS_TRANSACTION = Func(function="pg_current_xact_id")


class LogQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any, permission: Permission = Permission.VIEW_ACCESS_LOG) -> Self:
        """Lines the user may search: all, or those of the schools where the right is held."""
        reach = scope_of(user).reach(permission)
        return self if reach.everything else self.filter(school_id__in=reach.school_ids)


class AccessEvent(models.Model):
    """One line of the access log: who saw or did what, about whom, in which role and on what ground."""

    append_only = True

    class Basis(models.TextChoices):
        """What kind of ground: alerts count what lies outside own groups."""

        OWN_GROUP = "own_group", _("egen gruppe")
        SCHOOL = "school", _("rolle ved skolen")
        MUNICIPALITY = "municipality", _("rolle i kommunen")
        GRANT = "grant", _("særskilt tilgang")
        EMERGENCY = "emergency", _("nødtilgang")
        OWN_CHILD = "own_child", _("eget barn")
        SELF = "self", _("seg selv")
        NONE = "none", _("uten kjent grunnlag")

    at = models.DateTimeField(db_default=Now(), db_index=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(_("rolle"), max_length=120, blank=True, default="")
    ground = models.CharField(_("grunnlag"), max_length=200, blank=True)
    basis = models.CharField(max_length=12, choices=Basis, blank=True, default="")
    action = models.CharField(max_length=40)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.UUIDField(null=True)
    about = models.UUIDField(null=True, help_text="The pupil concerned")
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    what = models.CharField(_("opplysninger"), max_length=120, blank=True, default="")
    reason = models.CharField(_("begrunnelse"), max_length=300, blank=True, default="")
    request_id = models.UUIDField(null=True)
    login_method = models.CharField(max_length=80, blank=True, default="")
    txid = TransactionId(db_default=THIS_TRANSACTION, editable=False)

    objects = LogQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("linje i innsynsloggen"), _("linjer i innsynsloggen")
        indexes = [
            models.Index(fields=["about", "-at"], name="access_event_about"),
            models.Index(fields=["user", "-at"], name="access_event_user_at"),
            models.Index(fields=["school", "-at"], name="access_event_school"),
            models.Index(fields=["action", "-at"], name="access_event_action"),
            models.Index(fields=["txid"], name="access_event_txid"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"


class ChangeQuerySet(models.QuerySet["ChangeEvent"]):
    def visible_to(self, user: Any, permission: Permission = Permission.VIEW_ACCESS_LOG) -> Self:
        """The history is searched for the whole municipality, or not at all: a row's school may have changed since."""
        return self if scope_of(user).reach(permission).everything else self.none()


class ChangeEvent(models.Model):
    """One row of data that was added, changed or removed, with the values before and after. Written by triggers."""

    append_only = True

    class Operation(models.TextChoices):
        INSERT = "I", _("lagt til")
        UPDATE = "U", _("endret")
        DELETE = "D", _("fjernet")

    at = models.DateTimeField(db_default=Now(), db_index=True)
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    operation = models.CharField(max_length=1, choices=Operation)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    pupil_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField(null=True)
    job = models.CharField(max_length=120, db_default="")
    request_id = models.UUIDField(null=True)
    txid = TransactionId(db_default=THIS_TRANSACTION, editable=False)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("endring"), _("endringer")
        indexes = [
            models.Index(fields=["table_name", "row_id"], name="change_event_row"),
            models.Index(fields=["pupil_id"], condition=Q(pupil_id__isnull=False), name="change_event_pupil"),
            models.Index(fields=["person_id"], condition=Q(person_id__isnull=False), name="change_event_person"),
            models.Index(fields=["txid"], name="change_event_txid"),
            models.Index(fields=["-at"], condition=Q(pupil_id=None, person_id=None), name="change_event_general"),
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id} {self.operation}"


class LogSeal(models.Model):
    """A batch of rows of one log, numbered and signed. Each seal names the one before, so that none can be left out."""

    append_only = True

    number = models.BigIntegerField(unique=True)
    sealed_at = models.DateTimeField()
    log = models.CharField(max_length=10)
    layout = models.PositiveSmallIntegerField(help_text="How the rows were written out when they were sealed")
    cluster = models.BigIntegerField(help_text="Transaction ids are compared only within one database cluster")
    horizon = TransactionId(help_text="Every transaction before this one was over")
    row_ids = ArrayField(models.BigIntegerField())
    digests = models.BinaryField(help_text="SHA-256 of each row, in the order of row_ids")
    previous = models.BinaryField()
    root = models.BinaryField()
    key_id = models.CharField(max_length=16)
    signature = models.BinaryField()

    class Meta:
        verbose_name, verbose_name_plural = _("segl"), _("segl")

    def __str__(self) -> str:
        return f"{self.number} {bytes(self.root).hex()[:16]}"


class AlertQuerySet(models.QuerySet["Alert"]):
    def visible_to(self, user: Any, permission: Permission = Permission.VIEW_ACCESS_LOG) -> Self:
        reach = scope_of(user).reach(permission)
        return self if reach.everything else self.filter(school_id__in=reach.school_ids)

    def open(self) -> Self:
        """Alerts nobody has assessed yet."""
        return self.filter(assessment__isnull=True)


class Alert(models.Model):
    """Something in the access log that the privacy officer should look at."""

    append_only = True

    class Kind(models.TextChoices):
        BREAK_GLASS = "break_glass", _("Nødtilgang er tatt")
        PROTECTED = "protected", _("Skjermet elev er åpnet")
        MANY = "many", _("Mange elever utenfor egne grupper")
        OFFICER = "officer", _("Ansvar for adressesperre er gitt")
        REFUSED = "refused", _("Mislykkede forsøk på nødtilgang")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    at = models.DateTimeField(db_default=Now())
    day = models.DateField()
    kind = models.CharField(_("varsel"), max_length=12, choices=Kind)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    about = models.UUIDField(null=True)
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, related_name="+")
    count = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("varsel"), _("varsler")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "user", "day", "about"],
                condition=~Q(kind="officer"),
                nulls_distinct=False,
                name="one_alert_per_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"


class AlertAssessment(models.Model):
    """What the privacy officer concluded about an alert."""

    append_only = True

    alert = models.OneToOneField(Alert, on_delete=models.PROTECT, related_name="assessment")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    note = models.TextField(_("vurdering"), max_length=2000)

    class Meta:
        verbose_name, verbose_name_plural = _("vurdering av varsel"), _("vurderinger av varsler")

    def __str__(self) -> str:
        return f"{self.alert_id}"
