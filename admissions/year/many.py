"""Giving many at once a school: which pupils are meant, how many they are, and then the deed.

A child with address protection is never among them: a choice by where people live must say nothing of where it lives.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.db.models import Count, F
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.audit import record_list
from accessctl.models import School, User
from accessctl.permissions import Permission
from admissions.models import PlannedPlace, SchoolRoute, YearDraft
from admissions.year import rules
from admissions.year.draft import Refused, lock_for_planning
from people.models import Address, Protection

FOR_BEGINNERS = "children who are to begin belong to no school yet, so nobody but the municipality reaches them"


class Where(StrEnum):
    EVERYWHERE = "alle"
    CATCHMENT = "krets"
    CODES = "postnummer"


@dataclass(frozen=True)
class Choice:
    """Those who are planned at the school `now`, or without a school, and live `where`; they get the school `to`.

    With CATCHMENT they live where `to` has its postal codes; with CODES from `first` to `last`. Without `to` they are
    left without a school again.
    """

    to: School | None
    now: School | None = None
    where: Where = Where.EVERYWHERE
    first: str = ""
    last: str = ""


@dataclass(frozen=True)
class Found:
    """How many are meant, and how many of them live in each postal code. `elsewhere` have none in the register."""

    count: int
    by_code: list[tuple[str, int]]

    @property
    def elsewhere(self) -> int:
        return self.count - sum(count for _code, count in self.by_code)


def meant(draft: YearDraft, choice: Choice, user: User):
    """The places of those who are meant, of grades the school has. Ask with the wall lifted."""
    rows = PlannedPlace.objects.visible_to(user, Permission.OPEN_YEAR).filter(
        draft=draft, student__person__protection=Protection.NONE
    )
    rows = rows.exclude(outcome__in=rules.LEAVES)
    # Only who begins may be taken from a school again: a pupil of this year is there by the rules.
    rows = rows.filter(school=choice.now, from_school=None) if choice.now else rows.filter(school=None)
    if choice.to:
        rows = rows.filter(grade_level__in=rules.GRADES[choice.to.kind])
    if choice.where == Where.EVERYWHERE:
        return rows
    homes = Address.objects.on().filter(kind=Address.Kind.HOME)
    if choice.where == Where.CODES:
        homes = homes.filter(postal_code__range=(choice.first, choice.last))
    else:
        homes = homes.filter(postal_code__in=codes_of(choice.to))
    return rows.filter(student__person__in=homes.values("person"))


def codes_of(school: School | None) -> list[str]:
    """The postal codes of the school's catchment."""
    found = SchoolRoute.objects.filter(school=school).values_list("postal_codes", flat=True).first() if school else None
    return found or []


@wall.lifted(FOR_BEGINNERS)
def counted(draft: YearDraft, choice: Choice, user: User) -> Found:
    """How many are meant, by where they live; nobody is named."""
    rows = meant(draft, choice, user)
    homes = Address.objects.on().filter(kind=Address.Kind.HOME, person__student__in=rows.values("student"))
    by_code = homes.values_list("postal_code").annotate(n=Count("person", distinct=True)).order_by("postal_code")
    return Found(rows.count(), list(by_code))


@transaction.atomic
@wall.lifted(FOR_BEGINNERS)
def distribute_many(draft: YearDraft, choice: Choice, *, shown: int, by: User) -> int:
    """Give all who are meant the school, or take it from them. Returns how many.

    `shown` is how many were told of; raises Refused when it is another number now, and without the right.
    """
    lock_for_planning(draft)
    if not by.holds(Permission.OPEN_YEAR):
        raise Refused(_("Kommunen fordeler elever som begynner på skolen."))
    places = list(meant(draft, choice, by).select_for_update(of=("self",)).select_related("student__person"))
    if len(places) != shown:
        raise Refused(_("Utvalget er endret siden du så det. Se hvor mange det gjelder nå, og velg igjen."))
    rows = PlannedPlace.objects.filter(pk__in=[place.pk for place in places])
    rows.update(
        school=choice.to, is_decided=choice.to is not None, home_class=None, sfo_reason="", version=F("version") + 1
    )
    record_list(by, "plan_place", [place.student for place in places], what=choice.to.name if choice.to else "")
    return len(places)
