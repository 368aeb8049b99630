"""What else must end when somebody leaves. Apps above add theirs from a module `staff_leaves`."""

from collections.abc import Callable, Collection

Ending = Callable[[Collection[int]], None]

_endings: list[Ending] = []


def register(ending: Ending) -> None:
    """Call `ending` with the ids of employees whose last day is past. It may be called again for the same ones."""
    if ending not in _endings:
        _endings.append(ending)


def end_for(employee_ids: Collection[int]) -> None:
    for ending in _endings:
        ending(employee_ids)
