"""Pupils who are taught another place than the school they belong to (STR-09)."""

from uuid import UUID, uuid4

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from accessctl.models import DatedQuerySet, School
from accessctl.permissions import Permission
from students.models.records import DATES_IN_ORDER, Student


class ElsewhereQuerySet(DatedQuerySet):
    def visible_to(self, user, permission: Permission = Permission.VIEW_PUPIL):
        return self.filter(student__in=Student.objects.visible_to(user, permission))


class Elsewhere(models.Model):
    """A time in which a pupil keeps the place at the own school and is taught another place. One place at a time.

    `is_lasting` says that it was planned for the rest of the school year or more, which decides where GSI counts the
    pupil, whatever day it ended.
    """

    class Kind(models.TextChoices):
        SCHOOL = "school", _("en annen skole i kommunen")
        OTHER_MUNICIPALITY = "other_municipality", _("en skole i en annen kommune")
        PRIVATE = "private", _("en privatskole")
        INSTITUTION = "institution", _("en institusjon som fylkeskommunen har ansvar for")
        HOSPITAL = "hospital", _("sykehusskole")
        ARENA = "arena", _("en alternativ opplæringsarena")
        CAMP = "camp", _("leirskole")
        ABROAD = "abroad", _("utlandet")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="elsewhere")
    kind = models.CharField(_("hvor eleven går"), max_length=20, choices=Kind)
    host = models.ForeignKey(
        School, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("skole i kommunen")
    )
    place = models.CharField(_("navn på stedet"), max_length=100, blank=True)
    is_lasting = models.BooleanField(_("planlagt for resten av skoleåret eller lenger"))
    valid_from = models.DateField(_("fra"))
    valid_to = models.DateField(_("til og med"), null=True, blank=True)

    objects = ElsewhereQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("opplæring et annet sted"), _("opplæring andre steder")
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(condition=DATES_IN_ORDER, name="elsewhere_date_order"),
            models.CheckConstraint(
                condition=Q(kind="school", host__isnull=False) | (~Q(kind="school") & Q(host__isnull=True)),
                name="elsewhere_host_of_own_school",
            ),
            models.CheckConstraint(
                condition=Q(is_lasting=True) | Q(valid_to__isnull=False), name="elsewhere_for_a_time_has_an_end"
            ),
            ExclusionConstraint(
                name="one_place_elsewhere_at_a_time",
                expressions=[
                    (Func("student", "student", Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (
                        Func(F("valid_from"), F("valid_to"), Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def about(self) -> UUID:
        """The pupil an access-log line about this concerns."""
        return self.student.uuid

    @property
    def where(self) -> str:
        """The name of the place, or what kind of place it is where no name is known."""
        return self.host.name if self.host else self.place or str(self.get_kind_display())
