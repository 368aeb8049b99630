"""The draft of the next school year. Nothing here is seen by guardians, pupils or teachers (handbook 2.2)."""

from uuid import UUID, uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from admissions.year.rules import NEED_ASSESSMENT, SFO_BY_DECISION, Outcome
from people.models import Protection
from schoolapp.lib import clock
from schools.models import SchoolYear, Subject
from staff.models import Employee
from students.models import Group, GroupStaffing, Student

OUTCOMES = {
    Outcome.PROMOTE: _("flyttes opp"),
    Outcome.MOVE: _("flyttes opp til en annen skole"),
    Outcome.GRADUATE: _("fullfører"),
    Outcome.REPEAT: _("går trinnet om igjen"),
    Outcome.ADVANCE: _("hopper over et trinn"),
    Outcome.NEW: _("begynner på skolen"),
    Outcome.EARLY: _("tidlig skolestart"),
    Outcome.POSTPONE: _("utsatt skolestart"),
}


class SchoolRoute(models.Model):
    """Where a school's pupils go on to, and which postal codes have it as their local school (STR-11)."""

    school = models.OneToOneField(School, on_delete=models.CASCADE, related_name="route")
    receiving = models.ForeignKey(
        School, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("tar imot elevene")
    )
    postal_codes = ArrayField(models.CharField(max_length=4), default=list, blank=True, verbose_name=_("postnumre"))

    class Meta:
        verbose_name, verbose_name_plural = _("skolevei"), _("skoleveier")
        constraints = [models.CheckConstraint(condition=~Q(school=F("receiving")), name="route_to_another_school")]

    def __str__(self) -> str:
        return f"{self.school_id} → {self.receiving_id}"


class YearDraft(models.Model):
    """The plan for one school year. Published and rolled back as often as wanted, until the year is the current one."""

    class State(models.TextChoices):
        PLANNING = "planning", _("planlegges")
        PUBLISHED = "published", _("publisert")
        CURRENT = "current", _("satt til inneværende")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    school_year = models.OneToOneField(SchoolYear, on_delete=models.PROTECT, related_name="draft")
    state = models.CharField(_("status"), max_length=10, choices=State, default=State.PLANNING)
    information = models.TextField(_("informasjon til skolene"), blank=True)
    made_at = models.DateTimeField(default=clock.now)
    filled_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    ends_consents = models.BooleanField(_("samtykker til skolefoto gjelder bare ut skoleåret"), default=False)

    class Meta:
        verbose_name, verbose_name_plural = _("plan for skoleår"), _("planer for skoleår")
        constraints = [
            models.UniqueConstraint(models.Value(1), condition=~Q(state="current"), name="one_open_year_draft")
        ]

    def __str__(self) -> str:
        return str(self.school_year)


class SchoolScopedQuerySet(models.QuerySet):
    def visible_to(self, user, permission: Permission = Permission.PLAN_YEAR):
        """What belongs to schools where `user` holds `permission` for the whole school."""
        reach = scope_of(user).reach(permission)
        return self if reach.everything else self.filter(school__in=reach.school_ids)


class PlannedGroup(models.Model):
    """A class or group of next year. Published as a group with the same uuid."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    draft = models.ForeignKey(YearDraft, on_delete=models.CASCADE, related_name="groups")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("slag"), max_length=16, choices=Group.Kind)
    name = models.CharField(_("navn"), max_length=60)
    grade_level = models.PositiveSmallIntegerField(_("trinn"), null=True, blank=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.CharField(_("særskilt enhet"), max_length=16, choices=Group.Unit, blank=True)
    # The class a new contact group is a part of; one that goes on follows the class of its origin.
    home_class = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="parts")
    origin = models.ForeignKey(Group, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    is_chosen = models.BooleanField(_("videreføres"), default=True)
    size_limit = models.PositiveSmallIntegerField(_("høyeste antall elever"), null=True, blank=True)
    language = models.CharField(_("målform"), max_length=2, blank=True, choices=[("nb", "bokmål"), ("nn", "nynorsk")])

    objects = SchoolScopedQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("planlagt gruppe"), _("planlagte grupper")
        ordering = ["grade_level", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["draft", "school", "kind", "name"],
                name="planned_group_name_once",
                deferrable=models.Deferrable.DEFERRED,
            )
        ]

    def __str__(self) -> str:
        return self.name


class PlannedPlaceQuerySet(models.QuerySet):
    def visible_to(self, user, permission: Permission = Permission.PLAN_YEAR):
        """Places at the user's schools next year, and those of this year's pupils there; the protected for the few.

        The receiving school plans for pupils who are not its own yet, so ask with the wall lifted: this is the filter.
        """
        reach = scope_of(user).reach(permission)
        if not reach:
            return self.none()
        leaves = Q(from_school__isnull=False) & ~Q(from_school=F("school"))
        # Where a protected pupil goes is nothing for the school it leaves, whoever sees the pupil there (handbook 2.3).
        hidden = leaves & ~Q(student__person__protection=Protection.NONE)
        at = Q(school__in=reach.school_ids) | (Q(from_school__in=reach.school_ids) & ~hidden)
        return (self if reach.everything else self.filter(at)).hide_protected_from(user)

    def hide_protected_from(self, user):
        sight = scope_of(user).reach(Permission.SEE_PROTECTED)
        if sight.everything:
            return self
        shown = Q(student__person__protection=Protection.NONE)
        if sight:
            shown |= Q(student__in=Student.objects.visible_to(user, Permission.SEE_PROTECTED))
        return self.filter(shown)


class PlannedPlace(models.Model):
    """One pupil next year. `version` counts the changes, so that nobody overwrites what they have not seen."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    draft = models.ForeignKey(YearDraft, on_delete=models.CASCADE, related_name="places")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="+")
    from_school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, related_name="+")
    from_grade = models.PositiveSmallIntegerField(null=True)
    outcome = models.CharField(_("utfall"), max_length=8, choices=[(o.value, label) for o, label in OUTCOMES.items()])
    is_decided = models.BooleanField(default=False)
    reason = models.CharField(_("grunnlag"), max_length=200, blank=True)
    has_assessment = models.BooleanField(_("sakkyndig vurdering foreligger"), default=False)
    has_consent = models.BooleanField(_("foresatte har samtykket skriftlig"), default=False)
    sfo_reason = models.CharField(_("vedtak om SFO etter 4. trinn"), max_length=200, blank=True)
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("skole"))
    grade_level = models.PositiveSmallIntegerField(_("trinn"), null=True)
    home_class = models.ForeignKey(
        PlannedGroup, on_delete=models.SET_NULL, null=True, related_name="places", verbose_name=_("klasse")
    )
    version = models.PositiveIntegerField(default=1)

    objects = PlannedPlaceQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("planlagt elevplass"), _("planlagte elevplasser")
        indexes = [models.Index(fields=["draft", "school", "grade_level"], name="planned_place_board")]
        constraints = [
            models.UniqueConstraint(fields=["draft", "student"], name="one_planned_place"),
            models.CheckConstraint(
                condition=Q(grade_level__isnull=True) | Q(grade_level__range=(1, 10)), name="planned_grade_level_range"
            ),
            models.CheckConstraint(
                condition=Q(home_class__isnull=True) | Q(school__isnull=False), name="planned_class_at_a_school"
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=sorted(map(str, NEED_ASSESSMENT))) | Q(has_assessment=True, has_consent=True),
                name="another_age_with_assessment_and_consent",
            ),
            models.CheckConstraint(
                condition=Q(sfo_reason="") | Q(grade_level__range=(SFO_BY_DECISION[0], SFO_BY_DECISION[-1])),
                name="sfo_by_decision_in_its_grades",
            ),
        ]

    def __str__(self) -> str:
        return self.get_outcome_display()

    @property
    def about(self) -> UUID:
        """The pupil an access-log line about this place concerns."""
        return self.student.uuid


class PuzzleRule(models.Model):
    """Two pupils who are to be in one class, or never in the same. Why is not written down here."""

    class Kind(models.TextChoices):
        APART = "apart", _("ikke i samme klasse")
        TOGETHER = "together", _("i samme klasse")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    draft = models.ForeignKey(YearDraft, on_delete=models.CASCADE, related_name="rules")
    kind = models.CharField(max_length=8, choices=Kind)
    first = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name, verbose_name_plural = _("regel for klasser"), _("regler for klasser")
        constraints = [
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="puzzle_rule_in_order"),
            models.UniqueConstraint(fields=["draft", "first", "second"], name="one_puzzle_rule_per_pair"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class PlaceMove(models.Model):
    """One card moved from class to class, so that it can be moved back. `batch` is what was done in one go."""

    draft = models.ForeignKey(YearDraft, on_delete=models.CASCADE, related_name="+")
    place = models.ForeignKey(PlannedPlace, on_delete=models.CASCADE, related_name="moves")
    batch = models.UUIDField(db_index=True)
    before = models.ForeignKey(PlannedGroup, on_delete=models.SET_NULL, null=True, related_name="+")
    after = models.ForeignKey(PlannedGroup, on_delete=models.SET_NULL, null=True, related_name="+")
    version = models.PositiveIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    is_undone = models.BooleanField(default=False)
    is_correction = models.BooleanField(default=False)  # made while the year was published

    class Meta:
        verbose_name, verbose_name_plural = _("flytting i klassepuslespillet"), _("flyttinger i klassepuslespillet")
        indexes = [models.Index(fields=["draft", "by", "-id"], name="place_move_latest")]

    def __str__(self) -> str:
        return f"{self.before_id} → {self.after_id}"


class PlannedTeacher(models.Model):
    """Who may become responsible for a planned group. A proposal gives no access; an accepted one is published."""

    group = models.ForeignKey(PlannedGroup, on_delete=models.CASCADE, related_name="teachers")
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+")
    function = models.CharField(_("funksjon"), max_length=16, choices=GroupStaffing.Function)
    is_accepted = models.BooleanField(default=False)

    class Meta:
        verbose_name, verbose_name_plural = _("foreslått ansvarlig"), _("foreslåtte ansvarlige")
        constraints = [models.UniqueConstraint(fields=["group", "employee", "function"], name="one_planned_teacher")]

    def __str__(self) -> str:
        return f"{self.employee_id}: {self.group_id}"


class StepDone(models.Model):
    """A step of the nine that somebody has said is done, for the municipality or for one school."""

    draft = models.ForeignKey(YearDraft, on_delete=models.CASCADE, related_name="steps")
    school = models.ForeignKey(School, on_delete=models.CASCADE, null=True, related_name="+")
    number = models.PositiveSmallIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)
    # Why the municipality said so instead of the school.
    reason = models.CharField(_("begrunnelse"), max_length=200, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("utført steg"), _("utførte steg")
        constraints = [
            models.UniqueConstraint(fields=["draft", "school", "number"], nulls_distinct=False, name="one_step_done")
        ]

    def __str__(self) -> str:
        return str(self.number)


class WrittenRows(models.Model):
    """What publishing wrote, by table, so that rolling back takes away exactly that.

    For rows that were changed `was` holds the former last day, in the order of `ids`.
    """

    draft = models.ForeignKey(YearDraft, on_delete=models.CASCADE, related_name="written")
    table = models.CharField(max_length=60)
    ids = ArrayField(models.BigIntegerField())
    was = ArrayField(models.DateField(null=True), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("publiserte rader"), _("publiserte rader")
        constraints = [models.UniqueConstraint(fields=["draft", "table"], name="one_list_of_written_rows")]

    def __str__(self) -> str:
        return self.table


class YearJob(models.Model):
    """One long piece of work on a draft: what, how it goes, and how it ended."""

    class Kind(models.TextChoices):
        FILL = "fill", _("Henter elevene til planen")
        PUBLISH = "publish", _("Publiserer skoleåret")
        ROLL_BACK = "roll_back", _("Ruller tilbake")
        SET_CURRENT = "set_current", _("Setter skoleåret til inneværende")

    class State(models.TextChoices):
        QUEUED = "queued", _("venter")
        RUNNING = "running", _("pågår")
        DONE = "done", _("ferdig")
        FAILED = "failed", _("stoppet")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    draft = models.ForeignKey(YearDraft, on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    message = models.TextField(blank=True)
    counts = models.JSONField(default=dict)

    class Meta:
        verbose_name, verbose_name_plural = _("kjøring"), _("kjøringer")
        constraints = [
            models.UniqueConstraint(
                fields=["draft"], condition=Q(state__in=["queued", "running"]), name="one_year_job_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
