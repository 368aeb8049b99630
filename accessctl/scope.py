"""How far each of a user's permissions goes, worked out once per request.

A permission that nobody gave reaches nothing. Own groups and own children are looked up by the apps that own those
facts; here only the schools in which they count are known.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from accessctl.permissions import Permission
from accessctl.roles import Reach
from schoolapp.lib import clock


@dataclass
class PermissionReach:
    """Where one permission holds."""

    everything: bool = False
    school_ids: set[int] = field(default_factory=set)
    own_group_school_ids: set[int] = field(default_factory=set)
    own_children: bool = False
    self_only: bool = False

    def __bool__(self) -> bool:
        return bool(
            self.everything or self.school_ids or self.own_group_school_ids or self.own_children or self.self_only
        )

    def covers_school(self, school_id: int | None) -> bool:
        """Whether the permission holds for the whole school."""
        return self.everything or (school_id is not None and school_id in self.school_ids)


NOWHERE = PermissionReach()


class Scope:
    """All permissions of one user, with their reach."""

    def __init__(self) -> None:
        self._reaches: dict[str, PermissionReach] = {}

    def holds(self, permission: Permission) -> bool:
        return permission.value in self._reaches

    def reach(self, permission: Permission) -> PermissionReach:
        return self._reaches.get(permission.value, NOWHERE)

    def add(self, slugs: Iterable[str], reach: str, school_id: int | None) -> None:
        known = set(Permission.values)
        for slug in known.intersection(slugs):
            entry = self._reaches.setdefault(slug, PermissionReach())
            match reach:
                case Reach.MUNICIPALITY:
                    entry.everything = True
                case Reach.OWN_CHILDREN:
                    entry.own_children = True
                case Reach.SELF:
                    entry.self_only = True
                case Reach.SCHOOLS if school_id is not None:
                    entry.school_ids.add(school_id)
                case Reach.OWN_GROUPS if school_id is not None:
                    entry.own_group_school_ids.add(school_id)
        # A role that needs a school but has none reaches nothing; drop empty entries so that `holds` is honest.
        self._reaches = {slug: entry for slug, entry in self._reaches.items() if entry}


def scope_of(user: Any) -> Scope:
    """The user's scope, kept on the user object, which lives for one request or one task."""
    scope = getattr(user, "_scope", None)
    if scope is None:
        scope = user._scope = compute_scope(user) if user.is_authenticated and user.is_active else Scope()
    return scope


def compute_scope(user: Any) -> Scope:
    """Read assignments and grants valid today (three queries)."""
    scope = Scope()
    for reach, slugs, school_id in user.assignments.on().values_list("role__reach", "role__permissions", "school_id"):
        scope.add(slugs, reach, school_id)
    for codename in valid_today(user.municipalitygrant_set).values_list("permission__codename", flat=True):
        scope.add([codename], Reach.MUNICIPALITY, None)
    for codename, school_id in valid_today(user.schoolgrant_set).values_list(
        "permission__codename", "content_object_id"
    ):
        scope.add([codename], Reach.SCHOOLS, school_id)
    return scope


def valid_today(dated_rows: Any) -> Any:
    """The rows, with `valid_from` and `valid_to`, that hold today."""
    today = clock.today()
    return dated_rows.filter(valid_from__lte=today).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today))
