"""What families themselves decide: what stands on the class's contact list, and whether there may be a photo."""

from uuid import UUID, uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accessctl.permissions import Permission
from people.models import Person
from schoolapp.lib import clock
from students.models import Student


class OfPupilQuerySet(models.QuerySet):
    def visible_to(self, user, permission: Permission = Permission.VIEW_GUARDIANS):
        return self.filter(student__in=Student.objects.visible_to(user, permission))


class ContactShareQuerySet(OfPupilQuerySet):
    def own(self, user):
        """What the user shares."""
        return self.filter(guardian__user=user)


class PhotoConsentQuerySet(OfPupilQuerySet):
    def own(self, user):
        """What the user has answered."""
        return self.filter(person__user=user)


class ContactShare(models.Model):
    """What one guardian shares on the contact list of one child's class. Without a row nothing is (handbook 8.4)."""

    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="contact_shares")
    guardian = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="contact_shares")
    name = models.BooleanField(_("navn"), default=False)
    phone = models.BooleanField(_("telefon"), default=False)
    email = models.BooleanField(_("e-post"), default=False)
    changed_at = models.DateTimeField(default=clock.now)

    objects = ContactShareQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("deling på klasselisten"), _("delinger på klasselisten")
        constraints = [
            models.UniqueConstraint(fields=["student", "guardian"], name="one_share_per_guardian_and_child"),
            models.CheckConstraint(condition=Q(name=True) | Q(phone=True) | Q(email=True), name="share_of_something"),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @property
    def about(self) -> UUID:
        return self.student.uuid


class PhotoConsent(models.Model):
    """One person's answer about school photos of a pupil, with the days it held. A new answer ends the one before."""

    class Purpose(models.TextChoices):
        SCHOOL_PHOTO = "skolefoto", _("skolefoto")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="photo_consents")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", verbose_name=_("svart av"))
    purpose = models.CharField(_("formål"), max_length=16, choices=Purpose, default=Purpose.SCHOOL_PHOTO)
    is_given = models.BooleanField(_("samtykker"))
    valid_from = models.DateField(_("fra"), default=clock.today)
    valid_to = models.DateField(_("til og med"), null=True, blank=True)
    answered_at = models.DateTimeField(default=clock.now)

    objects = PhotoConsentQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("samtykke til bilde"), _("samtykker til bilde")
        constraints = [
            models.UniqueConstraint(
                fields=["student", "person", "purpose"],
                condition=Q(valid_to__isnull=True),
                name="one_standing_photo_answer",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="photo_answer_date_order"
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @property
    def about(self) -> UUID:
        return self.student.uuid
