"""The roles the system ships with, in one table: which role has which right.

Rows in the database are seeded from here, and the municipality may change them. The role catalogue and the tests read
the same table. Source of the defaults: handbook 7.1, 7.2 and 7.4; cells the handbook marks as derived are ours.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from accessctl.permissions import GUARDIAN_RIGHTS, MUNICIPAL_RIGHTS, OFFICER_GRANTS, PUPIL_RIGHTS
from accessctl.permissions import Permission as P


class Reach(models.TextChoices):
    """How far an assignment goes, widest first."""

    MUNICIPALITY = "municipality", _("Hele kommunen")
    SCHOOLS = "schools", _("Valgte skoler")
    OWN_GROUPS = "own_groups", _("Egne grupper")
    OWN_SFO_GROUPS = "own_sfo_groups", _("Egne SFO-grupper")
    OWN_CHILDREN = "own_children", _("Egne barn")
    SELF = "self", _("Seg selv")

    @property
    def in_a_sentence(self) -> str:
        """The label inside a sentence: «egne SFO-grupper»."""
        label = str(self.label)
        return label[:1].lower() + label[1:]

    @property
    def needs_school(self) -> bool:
        return self in (Reach.SCHOOLS, Reach.OWN_GROUPS, Reach.OWN_SFO_GROUPS)

    def may_be_given_as(self, reach: str) -> bool:
        """Whether a role with this reach may be given with `reach`: the same, or narrower for staff."""
        order = [Reach.MUNICIPALITY, Reach.SCHOOLS, Reach.OWN_GROUPS, Reach.OWN_SFO_GROUPS]
        if self == reach:
            return True
        staff = self in (Reach.MUNICIPALITY, Reach.SCHOOLS) and reach in order
        return staff and order.index(Reach(reach)) > order.index(self)


STAFF_REACHES = (Reach.MUNICIPALITY, Reach.SCHOOLS, Reach.OWN_GROUPS, Reach.OWN_SFO_GROUPS)


class Container(StrEnum):
    """What a grant to one person is given on."""

    MUNICIPALITY = "grant_municipality"
    SCHOOL = "grant_school"
    GROUP = "grant_group"
    PUPIL = "grant_pupil"


CONTAINERS = frozenset(Container)


def serves(reach: str, permission: P) -> bool:
    """Whether a right can come from an assignment with `reach`, or from a grant on such a container.

    Staff, guardians and pupils have separate doors. The officers' rights come from grants alone, and what concerns the
    whole municipality only from what holds there.
    """
    match reach:
        case Reach.OWN_CHILDREN:
            return permission in GUARDIAN_RIGHTS
        case Reach.SELF:
            return permission in PUPIL_RIGHTS
    if permission in OFFICER_GRANTS:
        return reach in CONTAINERS
    if permission in MUNICIPAL_RIGHTS:
        return reach in (Reach.MUNICIPALITY, Container.MUNICIPALITY)
    return permission not in GUARDIAN_RIGHTS | PUPIL_RIGHTS


def not_served(reach: str, slugs: Collection[str]) -> list[P]:
    """The rights among `slugs` that a role gives nobody when it is held with `reach`."""
    return [permission for permission in P if permission.value in slugs and not serves(reach, permission)]


KOMMUNE, SKOLE, REKTOR, TEAM, SKOLE2 = "kommuneadmin", "skoleadmin", "rektor", "team", "skoleadmin2"
LAERER, SFO, SFO_ANSATT, HELSE, OMBUD = "laerer", "sfo_admin", "sfo_ansatt", "helsesykepleier", "personvernombud"
FORESATT, ELEV = "foresatt", "elev"
LEADERS = (SKOLE, REKTOR, TEAM)
SFO_STAFF = (SFO, SFO_ANSATT)

# Which roles have which right. A right with no row is given to one person at a time (handbook 7.3).
MATRIX: dict[P, tuple[str, ...]] = {
    P.VIEW_PUPIL: (KOMMUNE, *LEADERS, SKOLE2, LAERER, *SFO_STAFF),
    P.EDIT_PUPIL: (KOMMUNE, SKOLE, TEAM),
    P.VIEW_CONTACT: (KOMMUNE, *LEADERS, SKOLE2, LAERER, *SFO_STAFF),
    P.VIEW_GROUPS: (KOMMUNE, *LEADERS, LAERER, *SFO_STAFF),
    P.EDIT_GROUPS: (SKOLE, TEAM),
    P.MAKE_PHOTO_FILE: (SKOLE,),
    P.VIEW_GUARDIANS: (KOMMUNE, *LEADERS, SKOLE2, LAERER, *SFO_STAFF),
    P.EDIT_RELATIONS: (KOMMUNE,),
    P.BLOCK_GUARDIAN: (KOMMUNE, *LEADERS),
    P.SHIELD_NOW: (KOMMUNE, *LEADERS),
    P.VIEW_ABSENCE: (KOMMUNE, *LEADERS, LAERER, *SFO_STAFF),
    P.RECORD_ABSENCE: (SKOLE, TEAM, LAERER),
    P.EDIT_ABSENCE: (SKOLE, TEAM, LAERER),
    P.VIEW_REMARKS: (KOMMUNE, *LEADERS, LAERER),
    P.WRITE_REMARKS: (LAERER,),
    P.VIEW_LEAVE: (*LEADERS, LAERER),
    P.VIEW_TRANSPORT: (KOMMUNE, *LEADERS),
    P.VIEW_GRADES: (KOMMUNE, *LEADERS, LAERER),
    P.SET_GRADES: (LAERER,),
    P.SET_CONDUCT: (LAERER,),
    P.CHECK_GRADES: (SKOLE, TEAM),
    P.DECIDE_GRADES: (REKTOR,),
    P.VIEW_ASSESSMENTS: (KOMMUNE, *LEADERS, LAERER),
    P.WRITE_ASSESSMENTS: (LAERER,),
    P.FINISH_ASSESSMENTS: (LAERER,),
    P.VIEW_EXAMS: (KOMMUNE, *LEADERS, LAERER),
    P.REGISTER_EXAMS: (KOMMUNE, SKOLE, REKTOR),
    P.ISSUE_CERTIFICATES: (KOMMUNE, SKOLE, TEAM),
    P.SIGN_CERTIFICATES: (REKTOR,),
    P.VIEW_SFO: (KOMMUNE, SKOLE, TEAM, *SFO_STAFF),
    P.DECIDE_SFO: (SKOLE, TEAM, SFO),
    P.VIEW_SFO_ATTENDANCE: (SKOLE, TEAM, *SFO_STAFF),
    P.RECORD_SFO_ATTENDANCE: SFO_STAFF,
    P.PREPARE_INVOICES: (SKOLE, TEAM, SFO),
    P.TRANSFER_INVOICES: (KOMMUNE,),
    P.READ_MESSAGES: (SKOLE, REKTOR, LAERER, *SFO_STAFF, HELSE),
    P.SEND_MESSAGES: (KOMMUNE, *LEADERS, LAERER, *SFO_STAFF),
    P.SEND_TO_MANY: (KOMMUNE, *LEADERS),
    P.SEND_EMERGENCY: (KOMMUNE, REKTOR),
    P.VIEW_DOCUMENT: (KOMMUNE, *LEADERS, LAERER),
    P.WRITE_DOCUMENT: (KOMMUNE, *LEADERS, LAERER),
    P.VIEW_ARCHIVE_LOG: (KOMMUNE, SKOLE, TEAM),
    P.RUN_ARCHIVE: (KOMMUNE, SKOLE, TEAM),
    P.EDIT_ARCHIVE_SETTINGS: (KOMMUNE,),
    P.EDIT_TEMPLATES: (KOMMUNE,),
    P.PLAN_YEAR: (KOMMUNE, *LEADERS),
    P.OPEN_YEAR: (KOMMUNE,),
    P.BREAK_GLASS: (*LEADERS, LAERER),
    P.VIEW_STAFF: (KOMMUNE, SKOLE, REKTOR),
    P.PLAN_POSITIONS: (SKOLE, REKTOR),
    P.ORDER_ICT: (REKTOR,),
    P.SYNC_STAFF: (KOMMUNE,),
    P.RECORD_VARIABLE_PAY: (SKOLE,),
    P.APPROVE_VARIABLE_PAY: (REKTOR,),
    P.ADMINISTER: (KOMMUNE,),
    P.IMPORT_REGISTER: (KOMMUNE,),
    P.SET_DEADLINES: (KOMMUNE,),
    P.MOVE_DEADLINES: (REKTOR,),
    P.REPORT_STATISTICS: (KOMMUNE, SKOLE, REKTOR),
    P.EXPORT_DATA: (KOMMUNE,),
    P.EXPORT_PUPIL: (KOMMUNE,),
    P.EDIT_ROLES: (KOMMUNE,),
    P.GIVE_ROLES: (KOMMUNE, SKOLE),
    P.VIEW_ACCESS: (KOMMUNE, SKOLE, REKTOR, OMBUD),
    P.VIEW_ACCESS_LOG: (OMBUD,),
    P.VIEW_OWN_CHILDREN: (FORESATT,),
    P.ACT_FOR_OWN_CHILDREN: (FORESATT,),
    P.VIEW_OWN_RECORD: (ELEV,),
}


@dataclass(frozen=True)
class ShippedRole:
    """`given_by` names the roles whose holders may give this one; empty means that it follows from a register alone."""

    slug: str
    name: str
    reach: Reach
    given_by: tuple[str, ...]

    @property
    def permissions(self) -> tuple[P, ...]:
        return tuple(permission for permission, roles in MATRIX.items() if self.slug in roles)


ROLES: tuple[ShippedRole, ...] = (
    ShippedRole(KOMMUNE, "Kommuneadmin", Reach.MUNICIPALITY, (KOMMUNE,)),
    ShippedRole("kommuneadmin2", "Kommuneadmin2", Reach.MUNICIPALITY, (KOMMUNE,)),
    ShippedRole(OMBUD, "Personvernombud", Reach.MUNICIPALITY, (KOMMUNE,)),
    ShippedRole(SKOLE, "Skoleadmin", Reach.SCHOOLS, (SKOLE, KOMMUNE)),
    ShippedRole(SKOLE2, "Skoleadmin2", Reach.SCHOOLS, (KOMMUNE,)),
    ShippedRole(TEAM, "Team", Reach.SCHOOLS, (KOMMUNE,)),
    ShippedRole(REKTOR, "Rektor", Reach.SCHOOLS, (KOMMUNE,)),
    ShippedRole(LAERER, "Lærer", Reach.OWN_GROUPS, (SKOLE,)),
    ShippedRole(SFO, "SFO-admin", Reach.OWN_SFO_GROUPS, (SKOLE,)),
    ShippedRole(SFO_ANSATT, "SFO-ansatt", Reach.OWN_SFO_GROUPS, (SKOLE,)),
    ShippedRole(HELSE, "Helsesykepleier", Reach.SCHOOLS, (KOMMUNE,)),
    ShippedRole("grunntilgang", "Grunntilgang", Reach.SCHOOLS, (SKOLE,)),
    ShippedRole(FORESATT, "Foresatt", Reach.OWN_CHILDREN, ()),
    ShippedRole(ELEV, "Elev", Reach.SELF, ()),
)
