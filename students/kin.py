"""Whose children a user's own children are is known by the app above, which says so here."""

from collections.abc import Callable
from typing import Any

Children = Callable[[Any], Any]
_sources: list[Children] = []


def register(children: Children) -> None:
    """Add a function that gives the ids of a user's own children, as a queryset."""
    if children not in _sources:
        _sources.append(children)


def children_ids(user: Any) -> Any:
    """Ids of the pupils `user` is a guardian of, with access today. None while no app knows about guardians."""
    return _sources[0](user) if _sources else []
