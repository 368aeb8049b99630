"""What a delivery was made from. The apps that make documents fill in the answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from archive.models import Delivery


@dataclass(frozen=True)
class Origin:
    """Whom or what the document is about, and where the reader opens it."""

    about: str
    url: str


Source = Callable[[Sequence[Delivery], Any], dict[int, Origin]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """`source` tells of deliveries, by their keys, those whose document the reader may open."""
    _sources.append(source)


def origins_of(deliveries: Sequence[Delivery], reader: Any) -> dict[int, Origin]:
    """For each delivery, by its key, what it was made from; nothing of those whose document `reader` may not open."""
    found: dict[int, Origin] = {}
    for source in _sources:
        found |= source(deliveries, reader)
    return found
