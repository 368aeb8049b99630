"""Users, schools as units of access, roles, grants, login sessions and the access log."""

from accessctl.models.dated import DatedQuerySet
from accessctl.models.log import AccessEvent
from accessctl.models.places import Municipality, School
from accessctl.models.roles import GrantBase, MunicipalityGrant, Role, RoleAssignment, SchoolGrant
from accessctl.models.users import LoginIdentity, LoginSession, User

__all__ = [
    "AccessEvent",
    "DatedQuerySet",
    "GrantBase",
    "LoginIdentity",
    "LoginSession",
    "Municipality",
    "MunicipalityGrant",
    "Role",
    "RoleAssignment",
    "School",
    "SchoolGrant",
    "User",
]
