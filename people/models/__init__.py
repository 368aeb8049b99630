"""Persons as the population register knows them, and the decisions about their address protection."""

from people.models.imports import RegisterImport
from people.models.persons import (
    PROTECTION_FIELDS,
    Address,
    ContactDetails,
    NationalId,
    Person,
    PersonQuerySet,
    Protection,
    ProtectionSource,
    review_day,
)
from people.models.protection import ProtectionChange, Shielding

__all__ = [
    "PROTECTION_FIELDS",
    "Address",
    "ContactDetails",
    "NationalId",
    "Person",
    "PersonQuerySet",
    "Protection",
    "ProtectionChange",
    "ProtectionSource",
    "RegisterImport",
    "Shielding",
    "review_day",
]
