"""Rows that hold in a period."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q

from schoolapp.lib import clock


class DatedQuerySet(models.QuerySet[Any]):
    """For rows with `valid_from` and `valid_to` (the last day, or empty for no end)."""

    def on(self, day: date | None = None) -> Self:
        day = day or clock.today()
        return self.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
