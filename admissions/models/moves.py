"""A pupil's move to, between or from the schools, the steps it takes, and the transfer notice (handbook 2.3)."""

from datetime import date, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accessctl.login.level import Content
from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from documents.models import Document
from people.models import Person, Protection
from schoolapp.lib import clock
from schools.models import SchoolYear
from students.models import Group, Student


def is_officer(user: Any) -> bool:
    """Whether the user handles moves of families with address protection: an officer for the whole municipality.

    One who answers for a single school would learn where the family goes, or comes from.
    """
    scope = scope_of(user)
    return scope.reach(Permission.MANAGE_PROTECTION).everything and scope.reach(Permission.SEE_PROTECTED).everything


class MoveQuerySet(models.QuerySet["Move"]):
    def visible_to(self, user: Any, permission: Permission = Permission.EDIT_PUPIL) -> Self:
        """Moves from and to the schools where `user` holds `permission`; the receiving school from the decision on.

        Moves of pupils with address protection are for the officers alone, whatever the schools.
        """
        protected = Q(student__person__in=Person.objects.exclude(protection=Protection.NONE).values("pk"))
        reach = scope_of(user).reach(permission)
        if reach.everything:
            seen = ~protected
        elif reach.school_ids:
            to_come = ~Q(kind=Move.Kind.WITHIN) | ~Q(state=Move.State.DRAFT)
            schools = reach.school_ids
            seen = ~protected & (Q(from_school__in=schools) | (Q(to_school__in=schools) & to_come))
        else:
            seen = Q(pk__in=[])
        return self.filter(seen | protected if is_officer(user) else seen)

    def open(self) -> Self:
        return self.filter(state__in=(Move.State.DRAFT, Move.State.DECIDED))

    def due(self, day: date | None = None) -> Self:
        """Decided moves whose day has come."""
        return self.filter(state=Move.State.DECIDED, first_day__lte=day or clock.today())


class Move(models.Model):
    """One case. `first_day` is the first day in the new place; the last day in the old one is the day before."""

    class Kind(models.TextChoices):
        IN = "in", _("innflytting")
        WITHIN = "within", _("bytte av skole i kommunen")
        OUT = "out", _("utflytting")
        PRIVATE = "private", _("overgang til privatskole")
        HOME = "home", _("hjemmeopplæring")
        EXEMPT = "exempt", _("fritak fra opplæringsplikten")
        BACK = "back", _("tilbake til skolen")

    class State(models.TextChoices):
        DRAFT = "draft", _("Påbegynt")
        DECIDED = "decided", _("Vedtatt, venter på dagen")
        DONE = "done", _("Gjennomført")
        CANCELLED = "cancelled", _("Avbrutt")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="moves", verbose_name=_("elev"))
    kind = models.CharField(_("slag"), max_length=8, choices=Kind)
    state = models.CharField(_("status"), max_length=10, choices=State, default=State.DRAFT)
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("skoleår"))
    from_school = models.ForeignKey(
        School, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("fra skole")
    )
    to_school = models.ForeignKey(
        School, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("til skole")
    )
    elsewhere = models.CharField(_("skole utenfor kommunen"), max_length=120, blank=True)
    first_day = models.DateField(_("første dag"), null=True)
    grade_level = models.PositiveSmallIntegerField(_("trinn"), null=True)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("klasse"))
    is_imposed = models.BooleanField(_("pålagt skolebytte"), default=False)
    reason = models.TextField(_("begrunnelse"), blank=True)
    problem = models.CharField(_("hindring"), max_length=300, blank=True)
    effects = models.JSONField(default=dict, help_text="The rows it ended and began, so that it can be taken back")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(_("gjennomført"), null=True)

    objects = MoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("flytting")
        verbose_name_plural = _("flyttinger")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["from_school", "state"], name="move_from"),
            models.Index(fields=["to_school", "state"], name="move_to"),
            models.Index(fields=["first_day"], condition=Q(state="decided"), name="move_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["student"], condition=Q(state__in=["draft", "decided"]), name="one_open_move_per_pupil"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"]) | Q(first_day__isnull=False, decided_at__isnull=False),
                name="decided_move_has_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["in", "back", "within"])
                | Q(state__in=["draft", "cancelled"])
                | Q(to_school__isnull=False, grade_level__isnull=False),
                name="move_to_a_school_names_it",
            ),
            models.CheckConstraint(condition=Q(is_imposed=False) | Q(kind="within"), name="imposed_within_alone"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def about(self) -> UUID:
        """The pupil an access-log line about this case concerns."""
        return self.student.uuid

    @property
    def guarded_as(self) -> frozenset[Content]:
        return self.student.guarded_as

    @property
    def is_notified(self) -> bool:
        """Whether the guardians tell of it and the school takes note; nobody decides it."""
        return self.kind in (self.Kind.OUT, self.Kind.PRIVATE, self.Kind.HOME)

    @property
    def status(self) -> str:
        """The state in words."""
        if self.state == self.State.DECIDED and self.is_notified:
            return str(_("Registrert, venter på dagen"))
        return str(self.get_state_display())

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.DRAFT, self.State.DECIDED)

    @property
    def is_arrival(self) -> bool:
        """Whether a pupil without a place here gets one."""
        return self.kind in (self.Kind.IN, self.Kind.BACK)

    @property
    def last_day(self) -> date | None:
        """The last day in the old place."""
        return self.first_day - timedelta(days=1) if self.first_day else None


class MoveStep(models.Model):
    """Something that must be done in a move, or explicitly said not to be needed."""

    class Kind(models.TextChoices):
        DECISION = "decision", _("Vedtak")
        LETTER = "letter", _("Vedtaksbrev")
        CLASS = "class", _("Klasse")
        REQUEST = "request", _("Be om flyttemelding")
        NOTICE = "notice", _("Flyttemelding")
        FILED = "filed", _("Melding fra foresatte")
        SFO = "sfo", _("SFO-plass")

    class State(models.TextChoices):
        OPEN = "open", _("Gjenstår")
        DONE = "done", _("Gjort")
        NOT_NEEDED = "not_needed", _("Ikke nødvendig")

    move = models.ForeignKey(Move, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(_("steg"), max_length=10, choices=Kind)
    state = models.CharField(_("status"), max_length=10, choices=State, default=State.OPEN)
    note = models.CharField(_("merknad"), max_length=300, blank=True)
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("steg i en flytting"), _("steg i flyttinger")
        constraints = [
            models.UniqueConstraint(fields=["move", "kind"], name="move_step_once"),
            models.CheckConstraint(condition=~Q(state="not_needed") | ~Q(note=""), name="step_skipped_with_reason"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class TransferNotice(models.Model):
    """What of a transfer notice people decide; the rest follows from the register (opplæringslova § 25-1).

    `extra` eases adaptation of teaching and needs a permission; `duty` prevents harm and needs the head's ground.
    """

    class Permitted(models.TextChoices):
        PUPIL = "pupil", _("eleven selv (15 år eller eldre)")
        GUARDIAN = "guardian", _("en foresatt")

    move = models.OneToOneField(Move, on_delete=models.CASCADE, related_name="notice")
    extra = models.TextField(_("opplysninger for å tilpasse opplæringen"), blank=True)
    permitted_by = models.CharField(_("tillatelse fra"), max_length=8, choices=Permitted, blank=True)
    permitting_guardian = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("foresatt som har gitt tillatelse"),
    )
    permitted_on = models.DateField(_("tillatelse gitt"), null=True)
    duty = models.TextField(_("opplysninger skolen har plikt til å dele"), blank=True)
    duty_ground = models.TextField(_("begrunnelse for plikten"), blank=True)
    duty_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    duty_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(_("lest av mottakeren"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("flyttemelding"), _("flyttemeldinger")
        constraints = [
            models.CheckConstraint(
                condition=Q(extra="") | (~Q(permitted_by="") & Q(permitted_on__isnull=False)),
                name="extra_with_permission_alone",
            ),
            models.CheckConstraint(
                condition=~Q(permitted_by="guardian") | Q(permitting_guardian__isnull=False),
                name="permission_names_the_guardian",
            ),
            models.CheckConstraint(
                condition=Q(duty="") | (~Q(duty_ground="") & Q(duty_by__isnull=False)), name="duty_with_a_ground_alone"
            ),
        ]

    def __str__(self) -> str:
        return str(_("flyttemelding"))
