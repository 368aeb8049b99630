"""Who owns a school's cases on a given day. Days begin at midnight in Norway; the past is never changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from archive.models import CaseOwner, SchoolArchiveSettings
from schoolapp.lib import clock


@dataclass(frozen=True, slots=True)
class Owner:
    """A case owner as they are on one day. `row` is None for the one who was there before dated rows began."""

    initials: str
    name: str = ""
    signs_as: str = ""
    user_id: int | None = None
    row: CaseOwner | None = None


def owners_on(
    school_ids: Iterable[int], day: date | None = None, *, settings: Mapping[int, SchoolArchiveSettings] | None = None
) -> dict[int, Owner]:
    """The case owner of each school that has one, in two queries; one where the schools' `settings` are at hand."""
    ids = list(school_ids)
    if settings is None:
        settings = {row.school_id: row for row in SchoolArchiveSettings.objects.filter(school__in=ids)}
    initials = {school: row.case_owner_initials for school, row in settings.items()}
    found = {school: Owner(letters) for school, letters in initials.items() if letters}
    rows = CaseOwner.objects.filter(school__in=ids, from_date__lte=day or clock.today())
    for row in rows.order_by("from_date").select_related("user"):
        found[row.school_id] = Owner(row.initials, row.name, row.signs_as, row.user_id, row)
    return found


def owner_on(school_id: int, day: date | None = None) -> Owner | None:
    return owners_on([school_id], day).get(school_id)


def signing_role(school_id: int, user_id: int, day: date | None = None) -> str:
    """As what the school's case owner signs that day; empty for everybody else."""
    owner = owner_on(school_id, day)
    return owner.signs_as if owner and owner.user_id == user_id else ""


def has_handed_over(school_id: int, user_id: int, day: date | None = None) -> frozenset[str]:
    """What somebody who owned the school's cases before, and does not now, signed as then. They do so no more."""
    owner = owner_on(school_id, day)
    if owner is not None and owner.user_id == user_id:
        return frozenset()
    rows = CaseOwner.objects.filter(school=school_id, user=user_id, from_date__lte=day or clock.today())
    return frozenset(name.casefold() for name in rows.values_list("signs_as", flat=True))
