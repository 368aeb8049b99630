"""The log on the screen: a request that showed many pupils is one line there. What is stored stays one per pupil."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet

from accessctl.models import AccessEvent
from schoolapp.lib.paging import MOST

SEARCHES = ("search_log", "search_changes")
LISTS = frozenset({*SEARCHES, "list", "look_up_pupil", "export", "export_log"})
# Each in a family has a line of its own, since whether its name may be shown depends on the child.
FAMILY = frozenset({AccessEvent.Basis.OWN_CHILD.value, AccessEvent.Basis.SELF.value})
SAME = ("request_id", "user_id", "action", "object_type", "what")
MOST_UNFOLDED = 100


@dataclass
class Together:
    """The newest line of a request, by its key, and those of them that are about a pupil."""

    newest: int
    about_pupils: list[int] = field(default_factory=list)


@dataclass
class Folded:
    """The same, read: the line to show, and the first MOST_UNFOLDED of those about pupils."""

    event: AccessEvent
    members: list[AccessEvent]
    count: int


class FoldedPaginator(Paginator):  # type: ignore[type-arg]  # not subscriptable at run time
    """Pages of requests, among the newest MOST lines. `is_cut` says that there are more, further back in time."""

    def __init__(self, rows: QuerySet[Any], per_page: int) -> None:
        found = list(rows.values_list("pk", "about", "basis", *SAME)[: MOST + 1])
        self.is_cut = len(found) > MOST
        together: dict[Any, Together] = {}
        for pk, about, basis, request, *same in found[:MOST]:
            folds = request and same[1] in LISTS and basis not in FAMILY
            group = together.setdefault((request, *same) if folds else pk, Together(pk))
            if about:
                group.about_pupils.append(pk)
        super().__init__(list(together.values()), per_page)


def read(rows: QuerySet[Any], groups: Sequence[Together]) -> list[Folded]:
    """The lines of one page, in one query."""
    wanted = set(chain.from_iterable([group.newest, *group.about_pupils[:MOST_UNFOLDED]] for group in groups))
    events = {event.pk: event for event in rows.filter(pk__in=wanted)}
    return [
        Folded(events[group.newest], [events[pk] for pk in group.about_pupils[:MOST_UNFOLDED]], len(group.about_pupils))
        for group in groups
    ]


def alone(events: Sequence[AccessEvent]) -> list[Folded]:
    """Lines that stand for themselves only."""
    return [Folded(event, [event] if event.about else [], 1) for event in events]
