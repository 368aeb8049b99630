"""Pupils, the groups they belong to, and who is responsible for those groups. All memberships are dated."""

from uuid import UUID, uuid4

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import DatedQuerySet, GrantBase, School
from accessctl.permissions import Permission
from accessctl.scope import scope_of, valid_today
from people.models import Person, Protection
from schoolapp.lib import clock
from schools.models import SchoolYear
from staff.models import Employee
from students.names import NAME_WORDS

DATES_IN_ORDER = Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from"))


class StudentQuerySet(models.QuerySet):
    def visible_to(self, user, permission: Permission = Permission.VIEW_PUPIL):
        """Pupils for whom `user` holds `permission`: by municipality, by school, or through own groups today.

        Two decisions, both needed: reach, and, for pupils with address protection, the grant to see them. Guardians and
        pupils have their own doors and are not served here.
        """
        reach = scope_of(user).reach(permission)
        if not reach:
            return self.none()
        rows = self
        if not reach.everything:
            within = Q(school_id__in=reach.school_ids)
            if reach.own_group_school_ids:
                within |= Q(pk__in=pupils_in_own_groups(user, reach.own_group_school_ids))
            rows = rows.filter(within)
        return rows.hide_protected_from(user)

    def hide_protected_from(self, user):
        """Leave out pupils with address protection unless granted for the municipality, the school or the pupil."""
        reach = scope_of(user).reach(Permission.SEE_PROTECTED)
        if reach.everything:
            return self
        # The protected are few and indexed; joining every pupil's person to ask would cost more than the list itself.
        protected = Person.objects.exclude(protection=Protection.NONE).values("pk")
        granted = valid_today(
            StudentGrant.objects.filter(user=user, permission__codename=Permission.SEE_PROTECTED.value)
        )
        return self.filter(
            ~Q(person__in=protected) | Q(school_id__in=reach.school_ids) | Q(pk__in=granted.values("content_object"))
        )

    def with_page_data(self):
        """What lists and page heads show."""
        return self.select_related("person", "school")


def pupils_in_own_groups(user, school_ids):
    """Ids of pupils who today belong to a group that `user` today is responsible for."""
    groups = valid_today(GroupStaffing.objects.filter(employee__person__user=user)).filter(
        group__school_id__in=school_ids
    )
    return valid_today(Membership.objects.filter(group__in=groups.values("group"))).values("student")


class Student(models.Model):
    """A pupil. `school` and `grade_level` repeat the active enrolment, so that access and lists need no join."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="student")
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="students")
    grade_level = models.PositiveSmallIntegerField(_("trinn"), null=True, blank=True)
    home_class_name = models.CharField(_("klasse"), max_length=20, blank=True)
    sort_name = models.CharField(max_length=400, blank=True, editable=False, db_collation="C")

    objects = StudentQuerySet.as_manager()

    class Meta:
        verbose_name = _("elev")
        verbose_name_plural = _("elever")
        permissions = [(p.value, p.label) for p in Permission]
        indexes = [
            models.Index(fields=["school", "sort_name"], name="student_school_name"),
            models.Index(fields=["sort_name"], name="student_name"),
            GinIndex(NAME_WORDS, name="student_name_words"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(grade_level__isnull=True) | Q(grade_level__range=(1, 10)), name="student_grade_level_range"
            )
        ]

    def __str__(self) -> str:
        return str(self.person)

    @property
    def about(self) -> UUID:
        """The pupil an access-log line about this record concerns."""
        return self.uuid


class StudentGrant(GrantBase):
    """A time-limited right to one pupil; for exceptions only."""

    content_object = models.ForeignKey(Student, on_delete=models.CASCADE)


class Enrolment(models.Model):
    """A pupil's place at a school for a school year (handbook 2.1)."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planlagt")
        ACTIVE = "active", _("aktiv")
        MOVED_INTERNAL = "moved_internal", _("flyttet i kommunen")
        MOVED_OUT = "moved_out", _("flyttet ut")
        PRIVATE_SCHOOL = "private_school", _("privatskole")
        HOME_EDUCATED = "home_educated", _("hjemmeopplæring")
        EXEMPT = "exempt", _("fritatt fra opplæringsplikt")
        GRADUATED = "graduated", _("fullført")

    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="enrolments")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="enrolments")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="enrolments")
    grade_level = models.PositiveSmallIntegerField(_("trinn"))
    state = models.CharField(max_length=16, choices=State, default=State.ACTIVE)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=DATES_IN_ORDER, name="enrolment_date_order"),
            models.CheckConstraint(condition=Q(grade_level__range=(1, 10)), name="enrolment_grade_level_range"),
            models.UniqueConstraint(
                fields=["student", "school_year"], condition=Q(state="active"), name="one_active_enrolment_per_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school} {self.school_year}"


class GroupQuerySet(models.QuerySet):
    def visible_to(self, user, permission: Permission = Permission.VIEW_PUPIL):
        """Groups at schools `user` reaches as a whole, and groups they are responsible for."""
        reach = scope_of(user).reach(permission)
        if reach.everything:
            return self
        own = valid_today(GroupStaffing.objects.filter(employee__person__user=user)).filter(
            group__school_id__in=reach.own_group_school_ids
        )
        return self.filter(Q(school_id__in=reach.school_ids) | Q(pk__in=own.values("group")))


class Group(models.Model):
    class Kind(models.TextChoices):
        HOME_CLASS = "home_class", _("klasse")
        CONTACT_GROUP = "contact_group", _("kontaktlærergruppe")
        SUBJECT_GROUP = "subject_group", _("faggruppe")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="groups")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="groups")
    kind = models.CharField(_("slag"), max_length=16, choices=Kind)
    name = models.CharField(_("navn"), max_length=60)
    grade_level = models.PositiveSmallIntegerField(_("trinn"), null=True, blank=True)

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("gruppe")
        verbose_name_plural = _("grupper")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["school", "school_year", "kind", "name"], name="group_name_once_per_year")
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A pupil in a group in a period. A pupil is in one class at a time (STR-06); the database refuses overlap."""

    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="memberships")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="memberships")
    is_home_class = models.BooleanField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["group", "valid_to", "student"], name="membership_group")]
        constraints = [models.CheckConstraint(condition=DATES_IN_ORDER, name="membership_date_order")]

    def __str__(self) -> str:
        return f"{self.group}"


class GroupStaffing(models.Model):
    """Who is responsible for a group in a period. This is what gives a teacher access to its pupils."""

    class Function(models.TextChoices):
        CONTACT_TEACHER = "contact_teacher", _("kontaktlærer")
        SUBJECT_TEACHER = "subject_teacher", _("faglærer")
        ASSISTANT = "assistant", _("assistent")

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="staffing")
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="staffing")
    function = models.CharField(_("funksjon"), max_length=16, choices=Function)
    valid_from = models.DateField(default=clock.today)
    valid_to = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=DATES_IN_ORDER, name="staffing_date_order")]

    def __str__(self) -> str:
        return f"{self.employee}: {self.group}"
