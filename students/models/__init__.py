"""Pupils, their places, groups and memberships."""

from students.models.elsewhere import Elsewhere, ElsewhereQuerySet
from students.models.exports import FileJob, FileJobQuerySet, InsightExport
from students.models.group_changes import GroupChange
from students.models.photos import Photo, PhotoNumber
from students.models.records import (
    DATES_IN_ORDER,
    Enrolment,
    GrantProposal,
    GrantProposalQuerySet,
    Group,
    GroupGrant,
    GroupQuerySet,
    GroupStaffing,
    Membership,
    Student,
    StudentGrant,
    StudentQuerySet,
    members_today,
    own_groups,
    within,
)
from students.models.saved_views import SavedView
from students.models.statistics import CountCorrection, Snapshot, SnapshotCount

__all__ = [
    "CountCorrection",
    "DATES_IN_ORDER",
    "Elsewhere",
    "ElsewhereQuerySet",
    "Enrolment",
    "FileJob",
    "FileJobQuerySet",
    "GrantProposal",
    "GrantProposalQuerySet",
    "Group",
    "GroupChange",
    "GroupGrant",
    "GroupQuerySet",
    "GroupStaffing",
    "InsightExport",
    "Membership",
    "Photo",
    "PhotoNumber",
    "SavedView",
    "Snapshot",
    "SnapshotCount",
    "Student",
    "StudentGrant",
    "StudentQuerySet",
    "members_today",
    "own_groups",
    "within",
]
