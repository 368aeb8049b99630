"""Users, schools as units of access, roles, grants, login sessions and the access log."""

from accessctl.models.dated import DatedQuerySet
from accessctl.models.files import RegisterFile
from accessctl.models.log import AccessEvent, Alert, AlertAssessment, ChangeEvent, LogSeal
from accessctl.models.places import Municipality, School
from accessctl.models.roles import (
    AlreadyDecided,
    GrantBase,
    GrantProposalBase,
    MunicipalityGrant,
    Role,
    RoleAssignment,
    RoleChange,
    SamePerson,
    SchoolGrant,
    TwoPersonDecision,
    TwoPersonQuerySet,
)
from accessctl.models.users import LoginIdentity, LoginSession, User

__all__ = [
    "AccessEvent",
    "Alert",
    "AlertAssessment",
    "AlreadyDecided",
    "ChangeEvent",
    "DatedQuerySet",
    "GrantBase",
    "GrantProposalBase",
    "LogSeal",
    "LoginIdentity",
    "LoginSession",
    "Municipality",
    "MunicipalityGrant",
    "RegisterFile",
    "Role",
    "RoleAssignment",
    "RoleChange",
    "SamePerson",
    "School",
    "SchoolGrant",
    "TwoPersonDecision",
    "TwoPersonQuerySet",
    "User",
]
