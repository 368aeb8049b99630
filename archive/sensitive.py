"""Which deliveries are of sensitive documents. The app that knows the documents fills in the answer."""

from collections.abc import Callable, Iterable

from archive.models import Delivery

Kinds = Callable[[Iterable[Delivery]], dict[int, str]]
_kinds: list[Kinds] = []


def register(kinds: Kinds) -> None:
    """`kinds` finds the sensitive among deliveries, also those whose document the reader does not see."""
    _kinds[:] = [kinds]


def kinds_of_sensitive(deliveries: Iterable[Delivery]) -> dict[int, str]:
    """For each of the deliveries that is sensitive, by its key, the kind of document: all that lists may show of it."""
    return _kinds[0](deliveries) if _kinds else {}
