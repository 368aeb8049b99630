"""The relation between a guardian and a pupil. Without parental responsibility there is no relation and no access."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import DatedQuerySet
from accessctl.permissions import GUARDIAN_RIGHTS, Permission
from accessctl.scope import scope_of
from people.models import Person, Protection
from schoolapp.lib import clock
from students import kin
from students.models import Student


class GuardianRelationQuerySet(DatedQuerySet):
    def giving_access(self):
        """Relations that open the portal today: verified, in force, and enabled."""
        return self.on().filter(state=GuardianRelation.State.VERIFIED, portal_enabled=True)

    def visible_to(self, user, permission: Permission = Permission.VIEW_CONTACT):
        """Relations staff may see: those of pupils for whom they hold `permission`, protected guardians left out.

        Only a municipality- or school-wide grant opens protected guardians; a grant on one pupil is about that pupil.
        A guardian sees the own relations and nobody else's.
        """
        rows = self.filter(student__in=Student.objects.visible_to(user, permission))
        if permission in GUARDIAN_RIGHTS:
            return rows.giving_access().filter(guardian__user=user)
        reach = scope_of(user).reach(Permission.SEE_PROTECTED)
        if reach.everything:
            return rows
        return rows.filter(Q(guardian__protection=Protection.NONE) | Q(student__school_id__in=reach.school_ids))


class GuardianRelation(models.Model):
    class State(models.TextChoices):
        PROPOSED = "proposed", _("foreslått")
        VERIFIED = "verified", _("bekreftet")
        ENDED = "ended", _("avsluttet")

    class Ground(models.TextChoices):
        REGISTER = "register", _("foreldreansvar i Folkeregisteret")
        MANUAL = "manual", _("dokumentert manuelt")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    guardian = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="guardian_relations")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="guardian_relations")
    state = models.CharField(_("status"), max_length=8, choices=State)
    ground = models.CharField(_("grunnlag"), max_length=8, choices=Ground)
    responsibility = models.CharField(_("foreldreansvar"), max_length=20, blank=True)
    portal_enabled = models.BooleanField(
        _("tilgang til portalen"),
        default=True,
        help_text=_("Slås av når barnet eller den foresatte får adressesperre, og åpnes av kommunen."),
    )
    valid_from = models.DateField(default=clock.today)
    valid_to = models.DateField(null=True, blank=True)

    objects = GuardianRelationQuerySet.as_manager()

    class Meta:
        verbose_name = _("foresatt")
        verbose_name_plural = _("foresatte")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="relation_date_order"
            ),
            models.UniqueConstraint(
                fields=["guardian", "student"], condition=~Q(state="ended"), name="one_open_relation_per_pair"
            ),
        ]

    def __str__(self) -> str:
        return str(self.guardian)


def children_of(user):
    """Ids of the pupils a guardian reaches. Never the other way round: no path leads from a guardian to children for
    anyone but that guardian (handbook 8.4, INC-ITS).
    """
    return GuardianRelation.objects.giving_access().filter(guardian__user=user).values("student")


kin.register(children_of)
