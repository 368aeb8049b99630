"""Pupils, the groups they belong to, and who is responsible for those groups. All memberships are dated."""

from uuid import UUID, uuid4

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accessctl.login.level import Content
from accessctl.models import DatedQuerySet, GrantBase, GrantProposalBase, Municipality, School, TwoPersonQuerySet
from accessctl.permissions import GUARDIAN_RIGHTS, ONLY_AS_CONTACT_TEACHER, PUPIL_RIGHTS, Permission
from accessctl.scope import Container, scope_of, valid_today
from people.models import Person, Protection
from schoolapp.lib import clock
from schoolapp.lib.search_words import SearchWords
from schools.models import SchoolYear, Subject
from staff.models import Employee
from students.kin import children_ids
from students.names import NAME_WORDS

DATES_IN_ORDER = Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from"))


class StudentQuerySet(models.QuerySet):
    def visible_to(self, user, permission: Permission = Permission.VIEW_PUPIL):
        """Pupils for whom `user` holds `permission`.

        Guardians reach their own children and pupils themselves, each by their own right. For staff there are two
        decisions, and both must say yes: reach, and, for pupils with address protection, the right to see them.
        """
        if permission in GUARDIAN_RIGHTS:
            return self.filter(pk__in=children_ids(user)) if scope_of(user).holds(permission) else self.none()
        if permission in PUPIL_RIGHTS:
            return self.filter(person__user=user) if scope_of(user).holds(permission) else self.none()
        reach = scope_of(user).reach(permission)
        if not reach:
            return self.none()
        rows = self if reach.everything else self.filter(within(user, permission))
        return rows.exclude(person__in=Person.objects.merged().values("pk")).hide_protected_from(user)

    def alike(self, user, permission: Permission):
        """Equal for rights for which `visible_to` gives the same pupils."""
        doors = (permission in GUARDIAN_RIGHTS, permission in PUPIL_RIGHTS, permission in ONLY_AS_CONTACT_TEACHER)
        return doors, scope_of(user).reach(permission).key()

    def hide_protected_from(self, user):
        """Leave out pupils with address protection, but for those the user is granted to see."""
        reach = scope_of(user).reach(Permission.SEE_PROTECTED)
        if reach.everything:
            return self
        open_to_all = Q(is_protected=False)
        return self.filter(open_to_all | within(user, Permission.SEE_PROTECTED) if reach else open_to_all)

    def with_page_data(self):
        """What lists and page heads show."""
        return self.select_related("person", "school")


def within(user, permission: Permission) -> Q:
    """The pupils a staff right reaches that does not reach everything: by school, group or pupil, own or granted."""
    reach = scope_of(user).reach(permission)
    found = Q(school_id__in=reach.school_ids)
    if reach.own_group_school_ids or reach.own_sfo_school_ids:
        found |= Q(pk__in=members_today(own_groups(user, permission).values("group")))
    if reach.group_ids:
        found |= Q(pk__in=members_today(reach.group_ids))
    if reach.pupil_ids:
        found |= Q(pk__in=reach.pupil_ids)
    return found


def own_groups(user, permission: Permission):
    """Staffing rows today that make a group the user's own for `permission`.

    A teacher's groups and an SFO employee's are told apart by their kind, and what follows from being contact teacher
    does not follow from teaching a subject.
    """
    reach = scope_of(user).reach(permission)
    rows = valid_today(GroupStaffing.objects.filter(employee__person__user=user))
    at_school = Q(group__school_id__in=reach.own_group_school_ids) & ~Q(group__kind=Group.Kind.SFO_GROUP)
    if permission in ONLY_AS_CONTACT_TEACHER:
        at_school &= Q(function=GroupStaffing.Function.CONTACT_TEACHER)
    if not reach.own_sfo_school_ids:
        return rows.filter(at_school)
    at_sfo = Q(group__school_id__in=reach.own_sfo_school_ids, group__kind=Group.Kind.SFO_GROUP)
    return rows.filter(at_school | at_sfo)


def members_today(groups):
    """Ids of the pupils who today are in one of `groups`."""
    return valid_today(Membership.objects.filter(group__in=groups)).values("student")


LISTED_BY = ("school", "person", "grade_level", "home_class_name", "sex", "written_form", "is_protected")


def covering(name: str, *fields: str) -> models.Index:
    """An index in the order of `fields` that holds all a list of pupils is found by."""
    return models.Index(fields=fields, include=[field for field in LISTED_BY if field not in fields], name=name)


class Student(models.Model):
    """A pupil. `school` and `grade_level` repeat the active enrolment, so that access and lists need no join; `sex`,
    `written_form` and `is_protected` repeat the person, and the database keeps them so.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="student")
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="students")
    grade_level = models.PositiveSmallIntegerField(_("trinn"), null=True, blank=True)
    home_class_name = models.CharField(_("klasse"), max_length=20, blank=True)
    sort_name = models.CharField(max_length=400, blank=True, editable=False, db_collation="C")
    sex = models.CharField(max_length=8, blank=True, default="", editable=False)
    written_form = models.CharField(max_length=2, blank=True, default="", editable=False)
    is_protected = models.BooleanField(default=False, editable=False)

    objects = StudentQuerySet.as_manager()

    class Meta:
        verbose_name = _("elev")
        verbose_name_plural = _("elever")
        permissions = [(p.value, p.label) for p in Permission]
        indexes = [
            # Each holds what lists filter by and the wall asks for, so that lists of a whole municipality are read and
            # counted without opening the rows.
            covering("student_school_name", "school", "sort_name", "id"),
            covering("student_name", "sort_name", "id"),
            covering("student_class_name", "grade_level", "home_class_name", "sort_name", "id"),
            GinIndex(NAME_WORDS, name="student_name_words"),
            models.Index(fields=["id"], condition=Q(is_protected=True), name="student_protected"),
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

    @property
    def guarded_as(self) -> frozenset[Content]:
        """What opening this pupil's page asks for beyond a login."""
        return frozenset() if self.person.protection == Protection.NONE else frozenset({Content.PROTECTED})


class StudentGrant(GrantBase):
    """A time-limited right to one pupil; for exceptions only."""

    container = Container.PUPIL
    school_path = "content_object__school"
    content_object = models.ForeignKey(Student, on_delete=models.CASCADE)

    class Meta(GrantBase.Meta):
        verbose_name, verbose_name_plural = _("særskilt tilgang til elev"), _("særskilte tilganger til elever")

    @property
    def about(self) -> UUID:
        """The pupil an access-log line about this grant concerns."""
        return self.content_object.uuid


class GrantProposalQuerySet(TwoPersonQuerySet):
    def visible_to(self, user, permission: Permission = Permission.GIVE_ROLES):
        """Proposals about what lies where `user` holds `permission`, and of pupils whom the user sees."""
        reach = scope_of(user).reach(permission)
        seen = Q(student__isnull=True) | Q(student__in=Student.objects.visible_to(user, permission))
        at_schools = Q(school__in=reach.school_ids) | Q(student__school__in=reach.school_ids)
        return self.filter(seen if reach.everything else seen & at_schools)


class GrantProposal(GrantProposalBase):
    """An officer's right proposed for the whole municipality, for a school, or for one pupil."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("skole"))
    student = models.ForeignKey(Student, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("elev"))

    objects = GrantProposalQuerySet.as_manager()

    class Meta(GrantProposalBase.Meta):
        verbose_name = _("forslag om særskilt tilgang")
        verbose_name_plural = _("forslag om særskilte tilganger")
        constraints = [
            *GrantProposalBase.Meta.constraints,
            models.CheckConstraint(
                condition=Q(school__isnull=True) | Q(student__isnull=True), name="grantproposal_on_one_thing"
            ),
            models.UniqueConstraint(
                fields=["user", "permission", "school", "student"],
                condition=Q(state="proposed"),
                nulls_distinct=False,
                name="one_open_grant_proposal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.permission}: {self.get_state_display()}"

    @property
    def content_object(self) -> models.Model:
        """What the right would be given on. Raises DoesNotExist for a pupil whom the reader does not see."""
        if self.student_id:
            return self.student or Student.objects.get(pk=self.student_id)
        return self.school or Municipality.objects.get()

    @property
    def about(self) -> UUID | None:
        """The pupil an access-log line about this proposal concerns."""
        return self.student.uuid if self.student else None


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
        verbose_name, verbose_name_plural = _("elevplass"), _("elevplasser")
        indexes = [
            models.Index(
                fields=["school_year", "grade_level"],
                include=["student", "school", "state", "valid_from", "valid_to"],
                name="enrolment_of_grade",
            )
        ]
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
        """Groups at schools `user` reaches as a whole, groups they are responsible for, and groups granted."""
        reach = scope_of(user).reach(permission)
        if reach.everything:
            return self
        found = Q(school_id__in=reach.school_ids) | Q(pk__in=reach.group_ids)
        return self.filter(found | Q(pk__in=own_groups(user, permission).values("group")))


class Group(models.Model):
    class Kind(models.TextChoices):
        HOME_CLASS = "home_class", _("klasse")
        CONTACT_GROUP = "contact_group", _("kontaktlærergruppe")
        SUBJECT_GROUP = "subject_group", _("faggruppe")
        ELECTIVE = "elective", _("valgfag")
        SFO_GROUP = "sfo_group", _("SFO-gruppe")

    class Unit(models.TextChoices):
        """Special units (STR-09); a class or a group may be one."""

        STRENGTHENED = "strengthened", _("forsterket avdeling")
        INTRODUCTORY = "introductory", _("mottaksklasse")
        ALTERNATIVE = "alternative", _("alternativ opplæringsarena")
        HOSPITAL = "hospital", _("sykehusskole")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="groups", verbose_name=_("skole"))
    school_year = models.ForeignKey(
        SchoolYear, on_delete=models.PROTECT, related_name="groups", verbose_name=_("skoleår")
    )
    kind = models.CharField(_("slag"), max_length=16, choices=Kind)
    name = models.CharField(_("navn"), max_length=60)
    grade_level = models.PositiveSmallIntegerField(_("trinn"), null=True, blank=True)
    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, null=True, blank=True, related_name="groups", verbose_name=_("fag")
    )
    unit = models.CharField(_("særskilt enhet"), max_length=16, choices=Unit, blank=True)
    closed_on = models.DateField(_("siste dag"), null=True, blank=True)
    # Of a contact group: the class it is a part of (STR-07).
    home_class = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="contact_groups", verbose_name=_("klasse")
    )

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("gruppe")
        verbose_name_plural = _("grupper")
        ordering = ["name"]
        permissions = [(p.value, p.label) for p in Permission]
        indexes = [GinIndex(SearchWords("name"), name="group_name_words")]
        constraints = [
            models.UniqueConstraint(fields=["school", "school_year", "kind", "name"], name="group_name_once_per_year"),
            models.CheckConstraint(
                condition=Q(home_class__isnull=True) | Q(kind="contact_group"), name="only_contact_groups_have_a_class"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GroupGrant(GrantBase):
    """A time-limited right to the pupils of one group, whoever they are on the day."""

    container = Container.GROUP
    school_path = "content_object__school"
    content_object = models.ForeignKey(Group, on_delete=models.CASCADE)

    class Meta(GrantBase.Meta):
        verbose_name, verbose_name_plural = _("særskilt tilgang til gruppe"), _("særskilte tilganger til grupper")


class Membership(models.Model):
    """A pupil in a group in a period. A pupil is in one class at a time (STR-06); the database refuses overlap."""

    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="memberships")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="memberships")
    is_home_class = models.BooleanField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("plass i gruppe"), _("plasser i grupper")
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

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="staffing", verbose_name=_("gruppe"))
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="staffing", verbose_name=_("ansatt"))
    function = models.CharField(_("funksjon"), max_length=16, choices=Function)
    valid_from = models.DateField(_("fra"), default=clock.today)
    valid_to = models.DateField(_("til og med"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("bemanning")
        verbose_name_plural = _("bemanning av grupper")
        constraints = [models.CheckConstraint(condition=DATES_IN_ORDER, name="staffing_date_order")]

    def __str__(self) -> str:
        return f"{self.employee}: {self.group}"

    @property
    def key(self) -> str:
        """What tells the row from others of its group, in addresses. Loads the employee when that is not done."""
        return f"{self.employee.uuid}.{self.function}.{self.valid_from:%Y-%m-%d}"
