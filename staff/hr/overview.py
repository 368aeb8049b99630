"""What «Sjekk ansattsynk» and «I dag» tell about the runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock
from staff.hr import source
from staff.hr.shape import Refusal
from staff.models import SyncLine, SyncRun


@dataclass(frozen=True)
class Named:
    """A row about an employee, with the name the viewer may see."""

    row: Any
    who: str
    number: str


def names_shown(rows: Sequence[Any], user: User) -> list[Named]:
    """Nobody with address protection is named, or told by number, to those who may not see them all."""
    sees_protected = scope_of(user).reach(Permission.SEE_PROTECTED).everything
    found = []
    for row in rows:
        employee = row.employee
        if employee is None:
            found.append(Named(row, "–", ""))
        elif employee.person.is_protected and not sees_protected:
            found.append(Named(row, _("Skjermet person"), ""))
        else:
            found.append(Named(row, str(employee), employee.employee_number))
    return found


def refusals_of(run: SyncRun) -> list[str]:
    return [Refusal(reason=refusal["reason"], row=refusal["row"]).sentence() for refusal in run.refusals]


@dataclass(frozen=True)
class Tab:
    slug: str
    label: str | Promise
    count: int


def is_late(newest: datetime | None) -> bool:
    """Whether files should come, and the newest that was read in is too old, or there is none."""
    if not source.is_configured():
        return False
    return newest is None or newest < clock.now() - timedelta(hours=settings.STAFF_FEED_LATE_HOURS)


class Overview:
    """How things stand."""

    @cached_property
    def last_good(self) -> SyncRun | None:
        return SyncRun.objects.filter(state=SyncRun.State.APPLIED).first()

    @cached_property
    def last(self) -> SyncRun | None:
        return SyncRun.objects.exclude(state__in=[SyncRun.State.WAITING, SyncRun.State.RUNNING]).first()

    @property
    def is_late(self) -> bool:
        """Whether files should come and none has been read in for too long."""
        return is_late(self.since)

    @property
    def since(self) -> datetime | None:
        return self.last_good.finished_at if self.last_good else None

    @property
    def has_stopped(self) -> bool:
        """Whether the last file changed nothing and somebody must look."""
        return self.last is not None and self.last.state != SyncRun.State.APPLIED

    @staticmethod
    def tabs(counts: Mapping[str, int]) -> list[Tab]:
        return [Tab(kind.value, kind.label, counts[kind.value]) for kind in SyncLine.Kind if kind.value in counts]
