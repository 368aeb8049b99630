"""How far each of a user's rights goes, worked out once per request in one query.

A right that nobody gave reaches nothing. Own groups and own children are looked up by the apps that own those facts;
here only the schools in which they count are known.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import CharField, F, Func, Model, Q, QuerySet, Value

from accessctl.permissions import Permission
from accessctl.roles import Container as Container
from accessctl.roles import Reach, serves
from schoolapp.lib import clock
from schoolapp.lib.compiled import Compiled


@dataclass
class PermissionReach:
    """Where one right holds."""

    everything: bool = False
    school_ids: set[int] = field(default_factory=set)
    own_group_school_ids: set[int] = field(default_factory=set)
    own_sfo_school_ids: set[int] = field(default_factory=set)
    group_ids: set[int] = field(default_factory=set)
    pupil_ids: set[int] = field(default_factory=set)
    own_children: bool = False
    self_only: bool = False

    def __bool__(self) -> bool:
        return any(vars(self).values())

    def covers_school(self, school_id: int | None) -> bool:
        """Whether the right holds for the whole school."""
        return self.everything or (school_id is not None and school_id in self.school_ids)

    def key(self) -> tuple[Any, ...]:
        """Equal for rights that reach equally far."""
        return tuple(frozenset(part) if isinstance(part, set) else part for part in vars(self).values())

    @property
    def is_beyond_schools(self) -> bool:
        """Whether it reaches pupils other than those of whole schools: of groups, or one at a time."""
        return bool(self.own_group_school_ids or self.own_sfo_school_ids or self.group_ids or self.pupil_ids)

    @property
    def any_school_ids(self) -> set[int]:
        """Schools in which the right holds for something, be it all or only own groups."""
        return self.school_ids | self.own_group_school_ids | self.own_sfo_school_ids


NOWHERE = PermissionReach()


@dataclass(frozen=True)
class Source:
    """One assignment or grant that gives rights: `reach` is a Reach or a Container, `object_id` what it is given on."""

    reach: str
    permissions: frozenset[Permission]
    object_id: int | None
    role: str  # slug; empty for a grant to one person
    name: str
    school: str = ""  # its name, when it is given on one


class Scope:
    """All rights of one user, with their reach and where they come from."""

    def __init__(self) -> None:
        self._reaches: dict[Permission, PermissionReach] = {}
        self.sources: list[Source] = []

    def holds(self, permission: Permission) -> bool:
        return permission in self._reaches

    def reach(self, permission: Permission) -> PermissionReach:
        return self._reaches.get(permission, NOWHERE)

    def holds_role(self, slug: str) -> bool:
        return any(source.role == slug for source in self.sources)

    def add(
        self,
        slugs: Iterable[str],
        reach: str,
        object_id: int | None,
        role: str = "",
        name: str = "",
        school: str | None = "",
    ) -> None:
        """Count in one assignment or grant. A slug that is unknown, or not served so, gives nothing."""
        known = set(Permission.values).intersection(slugs)
        served = frozenset(Permission(slug) for slug in known if serves(reach, Permission(slug)))
        self.sources.append(Source(reach, served, object_id, role, name, school or ""))
        for permission in served:
            entry = self._reaches.get(permission, PermissionReach())
            widen(entry, reach, object_id)
            if entry:
                self._reaches[permission] = entry


def widen(entry: PermissionReach, reach: str, object_id: int | None) -> None:
    """Let `entry` reach this far too. What needs an object but has none reaches nothing."""
    match reach:
        case Reach.MUNICIPALITY | Container.MUNICIPALITY:
            entry.everything = True
        case Reach.OWN_CHILDREN:
            entry.own_children = True
        case Reach.SELF:
            entry.self_only = True
        case _ if object_id is not None:
            sets: dict[str, set[int]] = {
                Reach.SCHOOLS: entry.school_ids,
                Container.SCHOOL: entry.school_ids,
                Reach.OWN_GROUPS: entry.own_group_school_ids,
                Reach.OWN_SFO_GROUPS: entry.own_sfo_school_ids,
                Container.GROUP: entry.group_ids,
                Container.PUPIL: entry.pupil_ids,
            }
            sets.get(reach, set()).add(object_id)


def scope_of(user: Any) -> Scope:
    """The user's scope, kept on the user object, which lives for one request or one task."""
    scope: Scope | None = getattr(user, "_scope", None)
    if scope is None:
        scope = user._scope = compute_scope(user) if user.is_authenticated and user.is_active else Scope()
    return scope


def compute_scope(user: Any) -> Scope:
    """Read the assignments and grants valid today (one query)."""
    scope = Scope()
    for reach, slugs, object_id, role, name, school in GIVEN.rows(user=user.pk, today=clock.today()):
        scope.add(slugs, reach, object_id, role, name, school)
    return scope


def given_to(user: int, today: date) -> QuerySet[Any, Any]:
    """The assignments and grants of the user with this id that are valid on the day."""
    assignments = apps.get_model("accessctl.RoleAssignment")._default_manager.filter(user=user, role__is_active=True)
    shape = ("reach", "role__permissions", "school_id", "role__slug", "role__name", "school__name")
    grants = [grant_rows(model, user, today) for model in grant_models()]
    rows: QuerySet[Any, Any] = valid_on(assignments, today).values_list(*shape)
    return rows.union(*grants, all=True)


GIVEN = Compiled(given_to, user=int, today=date)


def grant_models() -> list[type[Model]]:
    """The kinds of grants the apps have made; each says on which kind of object with `container`."""
    return [model for model in apps.get_models() if isinstance(getattr(model, "container", None), Container)]


def grant_rows(model: Any, user: int, today: date) -> QuerySet[Any]:
    """Grants of one kind, shaped as the assignments are."""
    slugs = Func(F("permission__codename"), template="ARRAY[%(expressions)s]::varchar(40)[]")
    constant = {"output_field": CharField()}
    kind, nothing = Value(str(model.container), **constant), Value("", **constant)
    school = F("content_object__name") if model.container == Container.SCHOOL else nothing
    shape = (kind, slugs, "content_object_id", nothing, "permission__name", school)
    rows: QuerySet[Any] = valid_on(model.objects.filter(user=user), today).values_list(*shape)
    return rows


def valid_today(dated_rows: Any) -> Any:
    """The rows, with `valid_from` and `valid_to`, that hold today."""
    return valid_on(dated_rows, clock.today())


def valid_on(dated_rows: Any, day: date) -> Any:
    return dated_rows.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
