"""What is counted for GSI. An app adds a section of its own in its module `statistics_sections`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

from accessctl.models import School

Text = str | Promise


@dataclass(frozen=True)
class Number:
    """`hidden` pupils have address protection and come in addition; `shown` is empty for what only people know."""

    shown: int | None
    hidden: int = 0


@dataclass(frozen=True)
class Column:
    """`hundredths` tells that the number counts hundredths, as of positions."""

    slug: str
    label: Text
    hundredths: bool = False


# By line and column, both slugs.
Counted = Mapping[tuple[str, str], Number]


@dataclass(frozen=True)
class Section:
    """One table. `count(school, day)` works it out for any day, with a fixed number of queries.

    `label` tells what a line is called, from its slug.
    """

    slug: str
    title: Text
    columns: tuple[Column, ...]
    label: Callable[[str], Text]
    count: Callable[[School, date], Counted]
    order: int
    heading: Text
    has_total: bool = True


_sections: dict[str, Section] = {}


def register(section: Section) -> None:
    _sections[section.slug] = section


def sections() -> list[Section]:
    return sorted(_sections.values(), key=lambda section: (section.order, section.slug))
