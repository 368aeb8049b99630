"""Where GSI counts a pupil who is taught another place than the own school (STR-09; Udir's guide to GSI)."""

from typing import TypeVar

from students.models import Elsewhere

T = TypeVar("T")

# Not schools of their own: the pupil stays with the own school, however long it lasts.
NO_SCHOOL = frozenset({Elsewhere.Kind.ARENA, Elsewhere.Kind.CAMP})


def counted_at(own: T, *, kind: str, host: T | None, is_lasting: bool) -> T | None:
    """The school of the municipality that counts the pupil; None when one outside it does, or nobody in Norway.

    For a time: the own school. For the rest of the year or more: where the pupil is taught. Never both.
    """
    if not is_lasting or kind in NO_SCHOOL:
        return own
    return host
