"""The roles the system ships with. Rows in the database are seeded from this table; the municipality may change them.

Reach says how far a role goes: the whole municipality, chosen schools, own groups at a school, own children, or self.
Source of the defaults: handbook 7.1, 7.2 and 7.4.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from accessctl.permissions import Permission as P


class Reach(models.TextChoices):
    MUNICIPALITY = "municipality", _("Hele kommunen")
    SCHOOLS = "schools", _("Valgte skoler")
    OWN_GROUPS = "own_groups", _("Egne grupper")
    OWN_CHILDREN = "own_children", _("Egne barn")
    SELF = "self", _("Seg selv")


@dataclass(frozen=True)
class ShippedRole:
    slug: str
    name: str
    reach: Reach
    permissions: tuple[P, ...] = ()


READ_PUPIL = (P.VIEW_PUPIL, P.VIEW_CONTACT)
DOCUMENTS = (P.VIEW_DOCUMENT, P.WRITE_DOCUMENT)
SCHOOL_ADMIN = (*READ_PUPIL, *DOCUMENTS, P.VIEW_ARCHIVE_LOG, P.RUN_ARCHIVE)

ROLES: tuple[ShippedRole, ...] = (
    ShippedRole(
        "kommuneadmin",
        "Kommuneadmin",
        Reach.MUNICIPALITY,
        (*SCHOOL_ADMIN, P.EDIT_ARCHIVE_SETTINGS, P.EDIT_TEMPLATES, P.ADMINISTER),
    ),
    ShippedRole("kommuneadmin2", "Kommuneadmin2", Reach.MUNICIPALITY),
    ShippedRole("skoleadmin", "Skoleadmin", Reach.SCHOOLS, SCHOOL_ADMIN),
    ShippedRole("skoleadmin2", "Skoleadmin2", Reach.SCHOOLS, READ_PUPIL),
    ShippedRole("team", "Team", Reach.SCHOOLS, SCHOOL_ADMIN),
    ShippedRole("rektor", "Rektor", Reach.SCHOOLS, (*READ_PUPIL, *DOCUMENTS)),
    ShippedRole("laerer", "Lærer", Reach.OWN_GROUPS, (*READ_PUPIL, *DOCUMENTS)),
    ShippedRole("sfo_admin", "SFO-admin", Reach.OWN_GROUPS, READ_PUPIL),
    ShippedRole("sfo_ansatt", "SFO-ansatt", Reach.OWN_GROUPS, READ_PUPIL),
    ShippedRole("helsesykepleier", "Helsesykepleier", Reach.SCHOOLS),
    ShippedRole("grunntilgang", "Grunntilgang", Reach.SCHOOLS),
    ShippedRole("foresatt", "Foresatt", Reach.OWN_CHILDREN, (P.VIEW_OWN_CHILDREN,)),
    ShippedRole("elev", "Elev", Reach.SELF, (P.VIEW_OWN_RECORD,)),
)
