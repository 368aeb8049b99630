"""The ids of a list in its order, a page at a time, however long the list is."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, F, Func, Q, QuerySet, Value
from django.db.models.functions import Left
from django.utils.functional import cached_property

from accessctl.models import School
from students.models import Student
from students.names import filed

BY_NAME = ("sort_name", "pk")
# As `student_class_name` has it, so that the first page of a municipality is read off an index.
BY_CLASS = ("grade_level", "home_class_name", "sort_name", "pk")
MOST_OF_A_DAY = 2_000


class Ids:
    """What a Paginator cuts in pages. Far in, the list is read by its parts: how many each part has is asked first, so
    that the parts before the page are counted and not read.
    """

    part: Any = None
    near = 2_000
    is_cut = False

    def __init__(self, rows: "QuerySet[Student]", *, is_reversed: bool) -> None:
        self.rows, self.is_reversed = rows, is_reversed

    @cached_property
    def total(self) -> int:
        return self.rows.order_by().count()

    def count(self) -> int:
        return self.total

    def __getitem__(self, wanted: slice) -> list[int]:
        first, last = wanted.start or 0, min(wanted.stop, self.total)
        if self.part is None or first < self.near:
            return cut(self.rows, first, last)
        parts, before, seen = [], 0, 0
        for key, size in self.sizes:
            if seen < last and first < seen + size:
                parts.append(key)
            elif not parts:
                before += size
            seen += size
        return cut(self.rows.filter(self.within(parts)), first - before, last - before)

    @cached_property
    def sizes(self) -> list[tuple[Any, int]]:
        """The parts and how many are in each, in the order of the list; what has none comes last."""
        found = dict(self.rows.order_by().annotate(of_part=self.part).values_list("of_part").annotate(n=Count("pk")))
        none = [(None, found.pop(None))] if None in found else []
        in_order = [*((key, found[key]) for key in self.in_order(list(found))), *none]
        return in_order[::-1] if self.is_reversed else in_order

    def in_order(self, keys: list[Any]) -> list[Any]:
        return sorted(keys)

    def within(self, parts: list[Any]) -> Q:
        without = Q(**{f"{self.part.name}__isnull": True}) if None in parts else Q()
        return Q(**{f"{self.part.name}__in": [key for key in parts if key is not None]}) | without


class IdsByName(Ids):
    part = Left("sort_name", 2)

    def within(self, parts: list[str]) -> Q:
        """A range, which the index serves behind the wall."""
        after = [key for key, _size in self.sizes if key > max(parts)]
        return Q(sort_name__gte=min(parts)) & (Q(sort_name__lt=min(after)) if after else Q())


class IdsByClass(Ids):
    part = F("grade_level")


class IdsBySchool(Ids):
    part, near = F("school_id"), 0

    @cached_property
    def total(self) -> int:
        return sum(size for _key, size in self.sizes)

    def in_order(self, keys: list[int]) -> list[int]:
        return [pk for pk in schools_by_name() if pk in keys]


class IdsOfADay(Ids):
    """A whole municipality on another day is not counted to its end; `is_cut` says that there are more."""

    @cached_property
    def counted(self) -> int:
        return self.rows.order_by()[: MOST_OF_A_DAY + 1].count()

    @cached_property
    def total(self) -> int:
        return min(self.counted, MOST_OF_A_DAY)

    @property
    def is_cut(self) -> bool:  # type: ignore[override]
        return self.counted > MOST_OF_A_DAY


class Pages(Paginator):
    object_list: Ids  # type: ignore[assignment]  # is only ever cut by slices

    @property
    def is_cut(self) -> bool:
        return self.object_list.is_cut


def cut(rows: Any, first: int, last: int) -> list[int]:
    return list(rows.values_list("pk", flat=True)[first:last])


def schools_by_name() -> list[int]:
    """The schools in the order of their names, the Norwegian way."""
    named = School.objects.values_list("pk", "name")
    return [pk for pk, _name in sorted(named, key=lambda row: (filed(row[1]), row[0]))]


def by_school() -> Func:
    """The place of the pupil's school among the schools by name."""
    return Func(Value(schools_by_name()), F("school_id"), function="array_position")
