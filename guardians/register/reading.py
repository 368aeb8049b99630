"""What the screens of the population register read. The register is about everybody, so the wall is lifted here; who
sees what of it is decided by `visible_to` and by the masking of the rows.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Page
from django.http import Http404

from accessctl import wall
from accessctl.audit import open_or_404
from accessctl.login.level import is_fresh
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from accessctl.scope import scope_of
from guardians.models import PersonMerge, RegisterFinding
from guardians.register import lists
from guardians.register.merge import preview
from people.models import Person
from schoolapp.lib.paging import LongPaginator

ROWS, MOST_AT_ONCE = 50, 200


def everywhere(request: SignedInRequest) -> bool:
    return scope_of(request.user).reach(Permission.IMPORT_REGISTER).everything


@wall.lifted(lists.WHY)
def found_page(request: SignedInRequest, **chosen: Any) -> tuple[Page[Any], list[Any]]:
    """The page asked for of what was found, and its rows as this user may see them."""
    page = LongPaginator(lists.findings(request.user, **chosen), ROWS).get_page(request.GET.get("side"))
    return page, lists.as_rows(request.user, list(page), is_fresh=is_fresh(request))


@wall.lifted(lists.WHY)
def chosen_findings(request: SignedInRequest, uuids: Collection[UUID]) -> list[RegisterFinding]:
    """Those among `uuids` that still wait for this user."""
    rows = RegisterFinding.objects.visible_to(request.user).waiting().select_related("person", "other")
    return list(rows.filter(uuid__in=uuids).order_by("pk")[:MOST_AT_ONCE])


@wall.lifted(lists.WHY)
def rows_to_decide(request: SignedInRequest, found: Collection[RegisterFinding]) -> list[Any]:
    return [row for row in lists.as_rows(request.user, list(found), is_fresh=is_fresh(request)) if row.may_decide]


@dataclass(frozen=True)
class Pair:
    """Two rows that may be one person, which of them is kept, and what merging would move."""

    row: Any
    kept: Person
    gone: Person
    plan: Any


@wall.lifted(lists.WHY)
def pair_or_404(request: SignedInRequest, uuid: UUID, *, keeps_other: bool) -> Pair:
    """The pair of a finding. Raises Http404 for one of which the user may not see both."""
    pairs = RegisterFinding.objects.visible_to(request.user).filter(kind=RegisterFinding.Kind.DUPLICATE)
    finding = open_or_404(request, pairs.select_related("person__employee", "other__employee"), uuid=uuid)
    row = lists.as_rows(request.user, [finding], is_fresh=is_fresh(request))[0]
    if finding.other is None or row.person.is_masked or (row.other and row.other.is_masked):
        raise Http404
    kept, gone = (finding.other, finding.person) if keeps_other else (finding.person, finding.other)
    return Pair(row, kept, gone, preview(kept, gone))


@wall.lifted(lists.WHY)
def merges_seen(request: SignedInRequest) -> list[Any]:
    return list(lists.merge_rows(request.user, is_fresh=is_fresh(request))) if everywhere(request) else []


@wall.lifted(lists.WHY)
def merge_or_404(request: SignedInRequest, uuid: UUID) -> PersonMerge:
    """A merge the user may undo. Raises Http404 for one of which the user may not see both."""
    rows = PersonMerge.objects.all() if everywhere(request) else PersonMerge.objects.none()
    done = open_or_404(request, rows.select_related("kept", "gone"), uuid=uuid)
    if not lists.may_see_both(request.user, done.kept, done.gone):
        raise Http404
    return done
