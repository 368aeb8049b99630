"""School photos of pupils, and the numbers by which a photographer knows them."""

import secrets
from uuid import UUID, uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from accessctl.models import User
from accessctl.permissions import Permission
from schoolapp.lib import clock
from schools.models import SchoolYear
from students.models.records import Student

DIGITS = 8


def random_path(_photo: models.Model, _filename: str) -> str:
    """A name that tells nothing; the photographer's is not used."""
    name = uuid4().hex
    return f"elevbilder/{name[:2]}/{name}.jpg"


def new_number() -> str:
    return str(secrets.randbelow(9 * 10 ** (DIGITS - 1)) + 10 ** (DIGITS - 1))


class OfPupilQuerySet(models.QuerySet):
    def visible_to(self, user, permission: Permission = Permission.VIEW_PUPIL):
        return self.filter(student__in=Student.objects.visible_to(user, permission))


class Photo(models.Model):
    """The latest school photo of a pupil, drawn anew without what else was in the file. Whether it may be shown is
    decided by consent every time (`guardians.photos`), never here.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    student = models.OneToOneField(Student, on_delete=models.CASCADE, related_name="photo")
    file = models.FileField(_("fil"), upload_to=random_path, max_length=100)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(default=clock.now)

    objects = OfPupilQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("skolefoto"), _("skolefoto")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @property
    def about(self) -> UUID:
        return self.student.uuid


class PhotoNumber(models.Model):
    """What a pupil is called in the photographer's file of a school year: a number made for that alone."""

    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="photo_numbers")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("bildenummer"), max_length=DIGITS, unique=True, default=new_number)

    objects = OfPupilQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("bildenummer"), _("bildenumre")
        constraints = [models.UniqueConstraint(fields=["student", "school_year"], name="one_photo_number_a_year")]

    def __str__(self) -> str:
        return self.number

    @property
    def about(self) -> UUID:
        return self.student.uuid
