"""Roles, who holds them where and until when, and the rights given to one person on one object."""

from datetime import date, timedelta
from typing import Any, ClassVar, Self
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from accessctl.models.dated import DatedQuerySet
from accessctl.models.places import Municipality, School
from accessctl.models.users import User
from accessctl.permissions import OFFICER_GRANTS, Permission
from accessctl.roles import Reach
from accessctl.scope import Container, scope_of
from schoolapp.lib import clock

NEEDS_SCHOOL = [reach for reach in Reach if reach.needs_school]
DATES_IN_ORDER = Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from"))
NOT_TO_ONESELF = Q(given_by__isnull=True) | ~Q(given_by=F("user"))


class RoleQuerySet(models.QuerySet["Role"]):
    def visible_to(self, user: User, permission: Permission = Permission.EDIT_ROLES) -> Self:
        """The roles `user` may edit: all or none. With GIVE_ROLES the roles in use that one may give somewhere."""
        scope = scope_of(user)
        if permission == Permission.GIVE_ROLES:
            own = {source.role for source in scope.sources if permission in source.permissions}
            return self.filter(is_active=True, given_by__overlap=sorted(own - {""}))
        return self if scope.reach(permission).everything else self.none()


class Role(models.Model):
    """A set of rights. The municipality may change the shipped ones and make its own."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(_("navn"), max_length=60)
    reach = models.CharField(_("rekkevidde"), max_length=16, choices=Reach)
    permissions = ArrayField(models.CharField(max_length=40), default=list, verbose_name=_("rettigheter"), blank=True)
    given_by = ArrayField(
        models.SlugField(),
        default=list,
        blank=True,
        verbose_name=_("gis av"),
        help_text=_("Rollene som kan gi denne rollen til andre"),
    )
    is_active = models.BooleanField(_("i bruk"), default=True)

    objects = RoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rolle")
        verbose_name_plural = _("roller")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(permissions__overlap=[permission.value for permission in OFFICER_GRANTS]),
                name="role_without_officers_rights",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoleAssignmentQuerySet(DatedQuerySet):
    def not_ended(self) -> Self:
        """Assignments in force today or later."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today()))

    def visible_to(self, user: User, permission: Permission = Permission.GIVE_ROLES) -> Self:
        """Assignments at schools where `user` holds `permission`; those without a school need the municipality."""
        reach = scope_of(user).reach(permission)
        return self if reach.everything else self.filter(school_id__in=reach.school_ids)


class RoleAssignment(models.Model):
    """A role given to a person, as far as `reach` says, at a school when that asks for one."""

    class Source(models.TextChoices):
        HR = "hr", _("ansattsynk")
        MANUAL = "manual", _("gitt manuelt")
        REGISTER = "register", _("Folkeregisteret")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="assignments")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="assignments")
    reach = models.CharField(_("rekkevidde"), max_length=16, choices=Reach)
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="assignments")
    valid_from = models.DateField(_("fra"), default=clock.today)
    valid_to = models.DateField(_("til og med"), null=True, blank=True)
    source = models.CharField(_("kilde"), max_length=8, choices=Source, default=Source.MANUAL)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("rolletildeling")
        verbose_name_plural = _("rolletildelinger")
        constraints = [
            models.CheckConstraint(condition=DATES_IN_ORDER, name="assignment_date_order"),
            models.CheckConstraint(condition=NOT_TO_ONESELF, name="assignment_not_to_oneself"),
            models.CheckConstraint(
                condition=Q(school__isnull=False, reach__in=NEEDS_SCHOOL)
                | (Q(school__isnull=True) & ~Q(reach__in=NEEDS_SCHOOL)),
                name="assignment_school_when_needed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"

    @property
    def reach_in_words(self) -> str:
        return Reach(self.reach).in_a_sentence


def in_a_year() -> date:
    """The last day of a grant when nobody says otherwise; every grant ends."""
    return clock.today() + timedelta(days=365)


class GrantQuerySet(DatedQuerySet):
    def visible_to(self, user: User, permission: Permission = Permission.GIVE_ROLES) -> Self:
        """Grants on what lies at schools where `user` holds `permission`."""
        reach = scope_of(user).reach(permission)
        if reach.everything:
            return self
        path = self.model.school_path
        return self.filter(**{f"{path}__in": reach.school_ids}) if path else self.none()


class GrantBase(UserObjectPermissionBase):
    """A right given by a person to a person on one object, with an end and a reason (django-guardian, direct keys)."""

    container: ClassVar[Container]
    school_path: ClassVar[str] = ""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    valid_from = models.DateField(_("fra"), default=clock.today)
    valid_to = models.DateField(_("til og med"), default=in_a_year)
    reason = models.CharField(_("begrunnelse"), max_length=300)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    content_object: Any  # the foreign key each kind of grant has

    objects = GrantQuerySet.as_manager()  # type: ignore[assignment,misc]  # the library types its own manager

    class Meta(UserObjectPermissionBase.Meta):
        abstract = True
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="%(class)s_date_order"),
            models.CheckConstraint(condition=NOT_TO_ONESELF, name="%(class)s_not_to_oneself"),
        ]


class MunicipalityGrant(GrantBase):
    container = Container.MUNICIPALITY
    content_object = models.ForeignKey(Municipality, on_delete=models.CASCADE)

    class Meta(GrantBase.Meta):
        verbose_name, verbose_name_plural = _("særskilt tilgang i kommunen"), _("særskilte tilganger i kommunen")


class SchoolGrant(GrantBase):
    container = Container.SCHOOL
    school_path = "content_object"
    content_object = models.ForeignKey(School, on_delete=models.CASCADE)

    class Meta(GrantBase.Meta):
        verbose_name, verbose_name_plural = _("særskilt tilgang ved skole"), _("særskilte tilganger ved skoler")


class TwoPersonDecision(models.Model):
    """What one person proposes and another decides. The database refuses that they are the same."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("venter på godkjenning")
        APPROVED = "approved", _("godkjent")
        REJECTED = "rejected", _("avslått")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    state = models.CharField(_("status"), max_length=8, choices=State, default=State.PROPOSED)
    reason = models.CharField(_("begrunnelse"), max_length=300)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~Q(decided_by=F("proposed_by")), name="%(class)s_two_persons"),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="proposed") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="%(class)s_decided_by_someone",
            ),
        ]

    def decide(self, *, approve: bool, by: User) -> None:
        """Record the second person's answer. Raises SamePerson, or AlreadyDecided when somebody was before."""
        if by.pk == self.proposed_by_id:
            raise SamePerson
        if self.state != self.State.PROPOSED:
            raise AlreadyDecided
        self.state = self.State.APPROVED if approve else self.State.REJECTED
        self.decided_by, self.decided_at = by, clock.now()
        self.save(update_fields=["state", "decided_by", "decided_at"])


class SamePerson(ValueError):
    """The one who proposed may not be the one who decides."""


class AlreadyDecided(ValueError):
    """Somebody has decided already."""


class TwoPersonQuerySet(models.QuerySet[Any]):
    def waiting(self) -> Self:
        """What nobody has decided yet."""
        return self.filter(state=TwoPersonDecision.State.PROPOSED)


class RoleChangeQuerySet(TwoPersonQuerySet):
    def visible_to(self, user: User, permission: Permission = Permission.EDIT_ROLES) -> Self:
        return self if scope_of(user).reach(permission).everything else self.none()


class RoleChange(TwoPersonDecision):
    """New rights for a role, when the one who asks holds the role: nobody raises their own rights alone."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="changes")
    permissions = ArrayField(models.CharField(max_length=40), default=list)
    base = ArrayField(
        models.CharField(max_length=40), default=list, help_text="What the role gave when this was proposed"
    )

    objects = RoleChangeQuerySet.as_manager()

    class Meta(TwoPersonDecision.Meta):
        verbose_name, verbose_name_plural = _("endring av rolle"), _("endringer av roller")
        constraints = [
            *TwoPersonDecision.Meta.constraints,
            models.UniqueConstraint(fields=["role"], condition=Q(state="proposed"), name="one_open_change_per_role"),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.get_state_display()}"

    @property
    def is_outdated(self) -> bool:
        """Whether the role has changed since: approving would bring back what was removed meanwhile."""
        return set(self.base) != set(self.role.permissions)


class GrantProposalBase(TwoPersonDecision):
    """An officer's right that one person proposes and another gives; neither is who gets it.

    The app that knows everything such a right is given on makes the table.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("bruker"))
    permission = models.CharField(
        _("rettighet"), max_length=40, choices=[(permission.value, permission.label) for permission in OFFICER_GRANTS]
    )
    valid_to = models.DateField(_("til og med"))

    content_object: Any  # what the right is given on

    class Meta(TwoPersonDecision.Meta):
        abstract = True
        constraints: ClassVar[list[Any]] = [
            *TwoPersonDecision.Meta.constraints,
            models.CheckConstraint(condition=~Q(user=F("proposed_by")), name="%(class)s_not_for_proposer"),
            models.CheckConstraint(condition=~Q(user=F("decided_by")), name="%(class)s_not_for_decider"),
            models.CheckConstraint(
                condition=Q(permission__in=[permission.value for permission in OFFICER_GRANTS]),
                name="%(class)s_of_officers_right",
            ),
        ]

    def lets(self, by: User, *, give: Permission, to: User, on: models.Model, until: date) -> bool:
        """Whether this is `by`'s approval of exactly what somebody else proposed."""
        asked = (self.permission, self.user_id, self.content_object, self.valid_to)
        is_approved = self.state == self.State.APPROVED and self.decided_by_id == by.pk != self.proposed_by_id
        return is_approved and asked == (give.value, to.pk, on, until)
