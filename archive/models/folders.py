"""The school's own folder in the archive, one for each school year."""

from datetime import date
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import School, User
from accessctl.permissions import Permission

# How the keys of school folders begin.
SCHOOL_FOLDER = "skolemappe:"


class SchoolFolderQuerySet(models.QuerySet["SchoolFolder"]):
    def visible_to(self, user: User, permission: Permission = Permission.EDIT_ARCHIVE_SETTINGS) -> Self:
        """The folders of the schools whose archive settings `user` may change."""
        return self.filter(school__in=School.objects.visible_to(user, permission))


class SchoolFolder(models.Model):
    """«Skolemappe – skole 2026/2027», with what the archive is told when it is made (handbook 6.3).

    Year and number are typed in when somebody made it in the archive, and noted when the first document made it.
    Who owns it is never kept here: that is what the school's dated case owners say.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="school_folders", verbose_name=_("skole"))
    year = models.PositiveSmallIntegerField(_("skoleåret begynner"))
    title = models.CharField(_("tittel"), max_length=200)
    series = models.CharField(_("arkivdel"), max_length=20)
    access_group = models.CharField(_("tilgangsgruppe"), max_length=40, blank=True)
    access_code = models.CharField(_("tilgangskode"), max_length=10, blank=True)
    classes = models.CharField(_("klassering (K-koder)"), max_length=80, blank=True)
    case_year = models.PositiveSmallIntegerField(_("år"), null=True, blank=True)
    sequence_number = models.PositiveIntegerField(_("sekvensnummer"), null=True, blank=True)
    opened_on = models.DateField(_("opprettet"))
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_on = models.DateField(_("avsluttet"), null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = SchoolFolderQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("skolemappe"), _("skolemapper")
        ordering = ["-year", "school__name"]
        constraints = [
            models.UniqueConstraint(fields=["school", "year"], name="one_school_folder_a_year"),
            models.UniqueConstraint(fields=["case_year", "sequence_number"], name="school_folder_number_once"),
            models.CheckConstraint(
                condition=Q(case_year__isnull=True, sequence_number__isnull=True)
                | Q(case_year__isnull=False, sequence_number__isnull=False),
                name="school_folder_number_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def key(self) -> str:
        """Our key for it in the archive, and that of its lane."""
        return folder_key(self.school, self.year)

    @property
    def number(self) -> str:
        return f"{self.case_year}/{self.sequence_number}" if self.case_year else ""

    @property
    def class_list(self) -> tuple[str, ...]:
        return tuple(each.strip() for each in self.classes.split(",") if each.strip())

    @property
    def years(self) -> str:
        return f"{self.year}/{self.year + 1}"

    @property
    def ends_on(self) -> date:
        """When it is to be closed (handbook 6.3)."""
        return date(self.year + 1, 6, 30)


def folder_key(school: School, year: int) -> str:
    return f"{SCHOOL_FOLDER}{school.uuid}:{year}"
