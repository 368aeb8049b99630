"""Folders, the promises to deliver, and what is known of the archive."""

from archive.models.delivery import (
    ArchiveFolder,
    ArchiveRun,
    Delivery,
    DeliveryAttempt,
    DeliveryQuerySet,
    FormerNumber,
    Peer,
    SchoolArchiveSettings,
)
from archive.models.exchange import FiksReply, FiksRequest
from archive.models.folders import SchoolFolder, folder_key
from archive.models.owners import CaseOwner, LogCheck
from archive.models.systems import ArchiveClass, ArchiveSystem

__all__ = [
    "ArchiveClass",
    "ArchiveFolder",
    "ArchiveRun",
    "ArchiveSystem",
    "CaseOwner",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryQuerySet",
    "FiksReply",
    "FiksRequest",
    "FormerNumber",
    "LogCheck",
    "Peer",
    "SchoolArchiveSettings",
    "SchoolFolder",
    "folder_key",
]
