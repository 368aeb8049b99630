"""What a run of the population register has read but not yet written, and what it found.

The staging tables hold persons as the source tells of them, only while a run goes on. Only workers, and
`wall.lifted`, see any of these tables.
"""

from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from people.models import Address, Person, Protection, RegisterImport
from schoolapp.lib import clock


class StagedPerson(models.Model):
    """A person of the source. `seq` numbers the persons of a run in the order they were read."""

    run = models.ForeignKey(RegisterImport, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    seq = models.PositiveIntegerField()
    record = models.PositiveIntegerField()
    line = models.PositiveIntegerField()
    is_child = models.BooleanField()
    is_resident = models.BooleanField()
    number = models.CharField(max_length=11)
    former_number = models.CharField(max_length=11, blank=True)
    given_name = models.CharField(max_length=200, blank=True)
    family_name = models.CharField(max_length=200, blank=True)
    sort_name = models.CharField(max_length=400, blank=True)
    born = models.DateField(null=True)
    sex = models.CharField(max_length=8, blank=True)
    status = models.CharField(max_length=200, blank=True)
    protection = models.CharField(max_length=12, choices=Protection)
    fingerprint = models.CharField(max_length=32, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("lest person"), _("leste personer")
        constraints = [models.UniqueConstraint(fields=["run", "seq"], name="staged_person_seq")]

    def __str__(self) -> str:
        return "•••"


class StagedAddress(models.Model):
    run = models.ForeignKey(RegisterImport, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Address.Kind)
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=10, blank=True)
    city = models.CharField(max_length=60, blank=True)
    protection = models.CharField(max_length=12, choices=Protection)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("lest adresse"), _("leste adresser")
        indexes = [models.Index(fields=["run", "seq"], name="staged_address_seq")]

    def __str__(self) -> str:
        return "•••"


class StagedTie(models.Model):
    """Somebody named as responsible for a child; `child_seq` is the child, `number` the one responsible."""

    run = models.ForeignKey(RegisterImport, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    child_seq = models.PositiveIntegerField()
    number = models.CharField(max_length=11)
    responsibility = models.CharField(max_length=20, blank=True)
    grants = models.BooleanField()
    is_understood = models.BooleanField()
    is_dead = models.BooleanField(default=False)

    class Meta:
        verbose_name, verbose_name_plural = _("lest foreldreansvar"), _("leste foreldreansvar")
        indexes = [models.Index(fields=["run", "child_seq"], name="staged_tie_child")]

    def __str__(self) -> str:
        return "•••"


class StagedNumber(models.Model):
    """A national id a run is to ask the source about, in the order of `seq`."""

    run = models.ForeignKey(RegisterImport, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    seq = models.PositiveIntegerField()
    number = models.CharField(max_length=11)

    class Meta:
        verbose_name, verbose_name_plural = _("nummer det spørres om"), _("numre det spørres om")
        constraints = [models.UniqueConstraint(fields=["run", "seq"], name="staged_number_seq")]

    def __str__(self) -> str:
        return "•••"


class RegisterFindingQuerySet(models.QuerySet):
    def visible_to(self, user, permission: Permission = Permission.IMPORT_REGISTER):
        """As for the runs: only those who answer for the whole municipality."""
        return self if scope_of(user).reach(permission).everything else self.none()

    def waiting(self):
        """What a person must decide."""
        return self.filter(state=RegisterFinding.State.WAITING)


class RegisterFinding(models.Model):
    """One thing a run found about one person: noted only, or waiting for somebody to decide.

    `person` is whom it is about; `other` the child of a guardian, or the second of two persons with one number.
    """

    class Kind(models.TextChoices):
        NEW = "new", _("Nye personer")
        MOVED = "moved", _("Ny adresse")
        CHANGED = "changed", _("Nytt navn eller nummer")
        PROTECTED = "protected", _("Ny adressesperre")
        NEW_GUARDIAN = "new_guardian", _("Nye foresatte")
        LOST_GUARDIAN = "lost_guardian", _("Foresatte som faller bort")
        DEAD = "dead", _("Døde")
        MOVED_OUT = "moved_out", _("Flyttet ut")
        LOST_PROTECTION = "lost_protection", _("Lavere adressesperre")
        DUPLICATE = "duplicate", _("Samme person to ganger")

    class State(models.TextChoices):
        NOTED = "noted", _("gjort")
        WAITING = "waiting", _("venter")
        APPROVED = "approved", _("godkjent")
        REJECTED = "rejected", _("avvist")
        WITHDRAWN = "withdrawn", _("falt bort")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    run = models.ForeignKey(
        RegisterImport, on_delete=models.PROTECT, db_constraint=False, related_name="findings", db_index=False
    )
    kind = models.CharField(_("hva"), max_length=16, choices=Kind)
    state = models.CharField(_("status"), max_length=10, choices=State, default=State.NOTED)
    # Runs and persons are never deleted, and a check per row would cost more than the row.
    person = models.ForeignKey(Person, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    other = models.ForeignKey(
        Person, on_delete=models.PROTECT, db_constraint=False, db_index=False, null=True, blank=True, related_name="+"
    )
    relation = models.PositiveBigIntegerField(null=True, blank=True)
    detail = models.CharField(max_length=40, blank=True)
    portal_was_open = models.BooleanField(default=False)
    found_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, db_index=False, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("begrunnelse"), max_length=300, blank=True)

    objects = RegisterFindingQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("funn i Folkeregisteret"), _("funn i Folkeregisteret")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["run", "kind", "id"], name="finding_of_run"),
            models.Index(fields=["kind", "id"], condition=Q(state="waiting"), name="finding_waiting"),
            models.Index(fields=["other"], condition=Q(other__isnull=False), name="finding_other"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "person", "other"],
                condition=Q(state="waiting"),
                nulls_distinct=False,
                name="one_waiting_finding",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | Q(state__in=["approved", "rejected"]),
                name="finding_decided_has_answer",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def about(self) -> UUID:
        """Whom an access-log line about this concerns: the pupil, where the query has told, else the person."""
        return getattr(self, "pupil_uuid", None) or self.person.uuid


class PersonMerge(models.Model):
    """Two rows of one human being made one, with what moved, so that it can be undone exactly.

    `moved` lists, by table and column, the ids of the rows that pointed at `gone`, and the values `kept` had before.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    gone = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    moved = models.JSONField(default=dict)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("sammenslåing av personer"), _("sammenslåinger av personer")
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(condition=~Q(kept=models.F("gone")), name="merge_of_two"),
            models.UniqueConstraint(
                fields=["gone"], condition=Q(undone_at__isnull=True), name="one_standing_merge_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"

    @property
    def about(self) -> UUID:
        """Whom an access-log line about this concerns: the person who stays."""
        return self.kept.uuid
