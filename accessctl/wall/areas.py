"""What the second wall lets through, as one table: which right opens which kind of rows.

A right opens the rows of an area as far as it reaches: everything, whole schools, or single pupils. Whoever may see
anything about a pupil sees that the pupil is there, so every right in the table opens `pupil`.
"""

from enum import StrEnum

from accessctl.permissions import Permission as P


class Area(StrEnum):
    """A kind of rows about pupils. Each has a context of its own in the database."""

    PUPIL = "pupil"
    CONTACT = "contact"
    DOCUMENT = "document"
    ARCHIVE = "archive"


OPENED_BY: dict[Area, tuple[P, ...]] = {
    Area.PUPIL: (P.VIEW_PUPIL, P.VIEW_OWN_RECORD),
    # A letter names the guardians, so whoever writes one reads the relations.
    Area.CONTACT: (P.VIEW_CONTACT, P.WRITE_DOCUMENT, P.VIEW_OWN_CHILDREN),
    Area.DOCUMENT: (P.VIEW_DOCUMENT, P.WRITE_DOCUMENT, P.VIEW_OWN_CHILDREN),
    Area.ARCHIVE: (P.VIEW_ARCHIVE_LOG, P.RUN_ARCHIVE),
}


def opened_by(area: Area) -> frozenset[P]:
    """The rights that open `area`."""
    if area == Area.PUPIL:
        return frozenset(right for rights in OPENED_BY.values() for right in rights)
    return frozenset(OPENED_BY[area])
