"""What the second wall lets through, as one table: which right opens which kind of rows.

A right opens the rows of an area as far as it reaches: everything, whole schools, or single pupils. Whoever may see
anything about a pupil sees that the pupil is there, so every right in the table opens `pupil`.
"""

from enum import StrEnum
from functools import cache

from accessctl.permissions import Permission as P


class Area(StrEnum):
    """A kind of rows about pupils. Each has a context of its own in the database."""

    PUPIL = "pupil"
    CONTACT = "contact"
    DOCUMENT = "document"
    ARCHIVE = "archive"
    ABSENCE = "absence"
    GRADE = "grade"
    MESSAGE = "message"
    SFO = "sfo"
    HISTORY = "history"


OWN = (P.VIEW_OWN_CHILDREN, P.ACT_FOR_OWN_CHILDREN)
OPENED_BY: dict[Area, tuple[P, ...]] = {
    Area.PUPIL: (
        *(P.VIEW_PUPIL, P.EDIT_PUPIL, P.VIEW_GROUPS, P.EDIT_GROUPS, P.MAKE_PHOTO_FILE, P.ADVANCED_SEARCH),
        *(P.PLAN_YEAR, P.OPEN_YEAR, P.REPORT_STATISTICS, P.EXPORT_DATA, P.EXPORT_PUPIL),
        *(P.REMOVE_FROM_YEAR, P.BREAK_GLASS, P.GIVE_ROLES, P.VIEW_ACCESS, P.VIEW_ACCESS_LOG, P.VIEW_OWN_RECORD),
    ),
    # A letter names the guardians and a message goes to them, so whoever writes one reads the relations.
    Area.CONTACT: (
        *(P.VIEW_CONTACT, P.VIEW_GUARDIANS, P.EDIT_RELATIONS, P.BLOCK_GUARDIAN, P.SET_RECEIVERS, P.SHIELD_NOW),
        *(P.MANAGE_PROTECTION, P.WRITE_DOCUMENT, P.SEND_MESSAGES, P.SEND_EMERGENCY, *OWN),
        *(P.EXPORT_DATA, P.EXPORT_PUPIL, P.ADVANCED_SEARCH),
    ),
    Area.DOCUMENT: (P.VIEW_DOCUMENT, P.WRITE_DOCUMENT, P.DELETE_DOCUMENT, P.EXPORT_PUPIL, *OWN, P.VIEW_OWN_RECORD),
    Area.ARCHIVE: (P.VIEW_ARCHIVE_LOG, P.RUN_ARCHIVE),
    Area.ABSENCE: (
        *(P.VIEW_ABSENCE, P.RECORD_ABSENCE, P.EDIT_ABSENCE, P.VIEW_REMARKS, P.WRITE_REMARKS, P.VIEW_LEAVE),
        *(P.DECIDE_LEAVE, P.VIEW_TRANSPORT, P.DECIDE_TRANSPORT, *OWN, P.VIEW_OWN_RECORD),
    ),
    Area.GRADE: (
        *(P.VIEW_GRADES, P.SET_GRADES, P.SET_CONDUCT, P.CHECK_GRADES, P.DECIDE_GRADES, P.VIEW_ASSESSMENTS),
        *(P.WRITE_ASSESSMENTS, P.FINISH_ASSESSMENTS, P.VIEW_EXAMS, P.REGISTER_EXAMS, P.COORDINATE_EXAMS),
        *(P.ISSUE_CERTIFICATES, P.SIGN_CERTIFICATES, *OWN, P.VIEW_OWN_RECORD),
    ),
    Area.MESSAGE: (P.READ_MESSAGES, P.SEND_MESSAGES, P.SEND_TO_MANY, P.SEND_EMERGENCY, *OWN, P.VIEW_OWN_RECORD),
    Area.SFO: (
        *(P.VIEW_SFO, P.DECIDE_SFO, P.VIEW_SFO_ATTENDANCE, P.RECORD_SFO_ATTENDANCE, P.DECIDE_FEE_REDUCTION),
        *(P.PREPARE_INVOICES, P.TRANSFER_INVOICES, *OWN),
    ),
    Area.HISTORY: (P.VIEW_ACCESS_LOG,),
}


@cache
def opened_by(area: Area) -> frozenset[P]:
    """The rights that open `area`."""
    if area == Area.PUPIL:
        return frozenset(right for rights in OPENED_BY.values() for right in rights)
    return frozenset(OPENED_BY[area])
