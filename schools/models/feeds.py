"""A user's own calendar, to be read by a calendar program."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accessctl.models import User
from schoolapp.lib import clock


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def own(self, user: Any) -> Self:
        return self.filter(user=user)


class CalendarFeed(models.Model):
    """The secret address of one user's calendar. Only its digest is kept, so that nobody can read the address here."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=clock.now)
    read_on = models.DateField(null=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("kalenderadresse"), _("kalenderadresser")

    def __str__(self) -> str:
        return "•••"
