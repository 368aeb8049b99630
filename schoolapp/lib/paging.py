"""Pages of lists that grow for years. To count all of such a list costs more than the page one looks at."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

MOST = 10_000


def count_to_most(rows: QuerySet[Any]) -> int:
    """How many rows there are, at most one more than MOST."""
    return rows[: MOST + 1].count()


class LongPaginator(Paginator):  # type: ignore[type-arg]  # not subscriptable at run time
    """Shows the first MOST rows. `is_cut` says that there are more, which a narrower search finds."""

    object_list: QuerySet[Any]

    @cached_property
    def counted(self) -> int:
        return count_to_most(self.object_list)

    @cached_property
    def count(self) -> int:
        return min(self.counted, MOST)

    @property
    def is_cut(self) -> bool:
        return self.counted > MOST
