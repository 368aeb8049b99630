"""The relation between a guardian and a pupil. Without parental responsibility there is no relation and no access."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accessctl.login.level import Content
from accessctl.models import DatedQuerySet, User
from accessctl.permissions import GUARDIAN_RIGHTS, PUPIL_RIGHTS, Permission
from accessctl.scope import scope_of
from guardians.models.blocks import NAME_LENGTH, REFERENCE_LENGTH, RelationBlock
from people.models import Person, Protection
from schoolapp.lib import clock
from students import kin
from students.models import Student

# Parental responsibility ends the day the child comes of age, and so does what follows from it.
OF_AGE = 18
# How long before a relation runs out, or must be looked at again, it becomes a task.
NOTICE_DAYS = 30
# Where a relation that nobody has confirmed is shown by the name that was typed.
SHOWN_AS_TYPED = frozenset({Permission.VIEW_GUARDIANS, Permission.EDIT_RELATIONS, Permission.SET_RECEIVERS})


class GuardianRelationQuerySet(DatedQuerySet):
    def open(self):
        """Relations nobody has ended, be they proposed, in force or run out."""
        return self.exclude(state=GuardianRelation.State.ENDED)

    def in_force(self, day: date | None = None):
        """Relations that hold today, or on `day`: verified, within their dates, of a child under age, and not blocked.

        Nothing holds for a child whose birth date is unknown.
        """
        minor = Q(student__person__birth_date__gt=clock.years_ago(OF_AGE))
        return self.on(day).filter(minor, ~blocked(), state=GuardianRelation.State.VERIFIED)

    def giving_access(self):
        """Relations that open the portal today."""
        return self.in_force().filter(portal_enabled=True)

    def kept_out(self):
        """Relations whose guardian a block keeps from the pupil, or child welfare's care of the child."""
        return self.filter(blocked())

    def receiving(self):
        """Relations by which messages and letters are sent today."""
        return self.giving_access().filter(receives_information=True)

    def receiving_letters(self):
        """Relations by which letters are sent on paper or to a digital mailbox, which take no portal of ours.

        Where address protection has closed the portal, the officer decides on each letter (handbook 8.2, rule 5).
        """
        return self.in_force().filter(receives_information=True)

    def with_standing(self):
        """Each relation with whether it is in force today, receives messages, and is kept out."""
        same = GuardianRelation.objects.filter(pk=OuterRef("pk"))
        return self.annotate(
            holds=Exists(same.in_force()), receives=Exists(same.receiving()), is_blocked=Exists(same.kept_out())
        )

    def running_out(self):
        """Relations by hand that end, or must be looked at again, before long."""
        soon = clock.today() + timedelta(days=NOTICE_DAYS)
        due = Q(valid_to__lte=soon) | Q(recheck_on__lte=clock.today())
        return self.on().filter(due, state=GuardianRelation.State.VERIFIED, ground=GuardianRelation.Ground.MANUAL)

    def visible_to(self, user, permission: Permission = Permission.VIEW_GUARDIANS):
        """Relations staff may see: those of pupils for whom they hold `permission`, protected guardians left out.

        Only a municipality- or school-wide grant opens protected guardians; a grant on one pupil is about that pupil.
        A guardian sees the own relations and nobody else's; a pupil sees none (handbook 7.2).
        """
        if permission in PUPIL_RIGHTS:
            return self.none()
        rows = self.filter(student__in=Student.objects.visible_to(user, permission))
        if permission in GUARDIAN_RIGHTS:
            return rows.giving_access().filter(guardian__user=user)
        return rows.of_guardians_shown_to(user, permission)

    def of_guardians_shown_to(self, user, permission: Permission):
        """Without protected guardians, but for those the user is granted to see. Says nothing of the pupils."""
        reach = scope_of(user).reach(Permission.SEE_PROTECTED)
        if reach.everything:
            return self
        found = Q(guardian__protection=Protection.NONE)
        if reach.school_ids:
            found |= Q(student__school_id__in=reach.school_ids)
        return self.filter(found | as_typed() if permission in SHOWN_AS_TYPED else found)


def as_typed() -> Q:
    """Proposals by national id nobody has confirmed: they show the typed name, the same whoever has the number."""
    return ~Q(named="") & Q(confirmed_at__isnull=True)


def blocked() -> Q:
    """Whether a block keeps the guardian of a relation out: a block of the guardian, or child welfare's care of the
    child, unless the municipality has let this guardian in in spite of it.
    """
    standing = RelationBlock.objects.active().filter(student=OuterRef("student"))
    in_care = Q(Exists(standing.filter(guardian__isnull=True)), opened_despite_care=False)
    return Q(Exists(standing.filter(guardian=OuterRef("guardian")))) | in_care


class GuardianRelation(models.Model):
    class State(models.TextChoices):
        PROPOSED = "proposed", _("foreslått")
        VERIFIED = "verified", _("bekreftet")
        ENDED = "ended", _("avsluttet")

    class Ground(models.TextChoices):
        REGISTER = "register", _("foreldreansvar i Folkeregisteret")
        MANUAL = "manual", _("dokumentert manuelt")

    class Evidence(models.TextChoices):
        COURT = "court", _("dom eller kjennelse fra domstolen")
        AGREEMENT = "agreement", _("avtale om foreldreansvar")
        CHILD_WELFARE = "child_welfare", _("vedtak fra barnevernet")
        REPRESENTATIVE = "representative", _("oppnevning som verge")
        OTHER = "other", _("annen dokumentasjon")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    guardian = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="guardian_relations")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="guardian_relations")
    named = models.CharField(_("navn som ble oppgitt"), max_length=NAME_LENGTH, blank=True, default="")
    state = models.CharField(_("status"), max_length=8, choices=State)
    ground = models.CharField(_("grunnlag"), max_length=8, choices=Ground)
    responsibility = models.CharField(_("foreldreansvar"), max_length=20, blank=True)
    portal_enabled = models.BooleanField(
        _("tilgang til portalen"),
        default=True,
        help_text=_("Slås av når barnet eller den foresatte får adressesperre, og åpnes av kommunen."),
    )
    receives_information = models.BooleanField(_("mottar informasjon"), default=True)
    opened_despite_care = models.BooleanField(_("åpnet selv om barnevernet har omsorgen"), default=False)
    valid_from = models.DateField(_("fra"), default=clock.today)
    valid_to = models.DateField(_("til og med"), null=True, blank=True)
    evidence = models.CharField(_("dokumentasjon"), max_length=16, choices=Evidence, blank=True)
    reference = models.CharField(_("saksnummer eller dato"), max_length=REFERENCE_LENGTH, blank=True)
    recheck_on = models.DateField(_("kontrolleres på nytt"), null=True, blank=True)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(_("hvorfor den er avsluttet"), max_length=300, blank=True)

    objects = GuardianRelationQuerySet.as_manager()

    class Meta:
        verbose_name = _("foresatt")
        verbose_name_plural = _("foresatte")
        indexes = [
            # What is waiting, or must be looked at, is a handful among every relation there is.
            models.Index(fields=["proposed_at"], condition=Q(state="proposed"), name="relation_waiting"),
            models.Index(fields=["valid_to"], condition=Q(ground="manual", state="verified"), name="relation_by_hand"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="relation_date_order"
            ),
            models.UniqueConstraint(
                fields=["guardian", "student"], condition=~Q(state="ended"), name="one_open_relation_per_pair"
            ),
            models.CheckConstraint(condition=~Q(confirmed_by=F("proposed_by")), name="relation_two_persons"),
            models.CheckConstraint(
                condition=~Q(ground="manual")
                | ~Q(evidence="") & ~Q(reference="") & Q(valid_to__isnull=False, recheck_on__isnull=False),
                name="relation_by_hand_documented",
            ),
            models.CheckConstraint(
                condition=~Q(ground="manual", state="verified")
                | Q(proposed_by__isnull=False, confirmed_by__isnull=False),
                name="relation_by_hand_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.guardian)

    @property
    def about(self) -> UUID:
        return self.student.uuid

    @property
    def guarded_as(self) -> frozenset[Content]:
        return self.student.guarded_as if self.is_as_typed else self.student.guarded_as | self.guardian.guarded_as

    def is_kept_out_by(self, block: RelationBlock) -> bool:
        """Whether `block`, of this pupil, is about this guardian, be it begun or not."""
        if block.guardian_id is None:
            return not self.opened_despite_care
        return block.guardian_id == self.guardian_id

    @property
    def is_as_typed(self) -> bool:
        return bool(self.named) and self.confirmed_at is None

    @property
    def shown_name(self) -> str:
        """The name of the guardian; as typed until somebody has confirmed it."""
        return self.named if self.is_as_typed else self.guardian.full_name


def children_of(user):
    """Ids of the pupils a guardian reaches. Never the other way round: no path leads from a guardian to children for
    anyone but that guardian (handbook 8.4, INC-ITS).
    """
    return GuardianRelation.objects.giving_access().filter(guardian__user=user).values("student")


kin.register(children_of)
