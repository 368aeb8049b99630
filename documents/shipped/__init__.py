"""The document types the system comes with: all rows of handbook 6.2, and where their templates lie.

Types that are written here have a template in two text files `<slug>.<nb|nn>.txt`: the title on the first line, then
the letter in the format of `documents.markup` and the language of `documents.merge`.
"""

from documents.shipped import assessment, elements, messages, pupils, sfo
from documents.shipped.kind import ShippedType

__all__ = ["BASIS", "ROWS", "TYPES", "ShippedType"]

TYPES: tuple[ShippedType, ...] = (
    *assessment.TYPES,
    *pupils.TYPES,
    *sfo.TYPES,
    *messages.TYPES,
    *elements.TYPES,
)
ROWS = 38  # of the overview

# The ground everything in a pupil folder is exempt on, until the municipality decides otherwise (handbook 6.2).
BASIS = {
    "slug": "taushetsplikt",
    "access_code": "UO",
    "legal_basis": "offl. § 13, jf. fvl. § 13 første ledd nr. 1",
}
