"""What a change of a role would mean, counted from today's data before anything is saved."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, Func, Q, Value

from accessctl.models import Role, RoleAssignment
from accessctl.permissions import Permission
from accessctl.rights.known import knowledge
from accessctl.roles import STAFF_REACHES, Reach
from accessctl.scope import PermissionReach, Scope, grant_models, valid_today

# Rights that open no pupil's record. Who has address protection is not even counted for those who may not know.
NOT_ABOUT_PUPILS = frozenset(
    {
        Permission.SEE_PROTECTED,
        Permission.MANAGE_PROTECTION,
        Permission.RUN_ARCHIVE,
        Permission.EDIT_ARCHIVE_SETTINGS,
        Permission.EDIT_TEMPLATES,
        Permission.TRANSFER_INVOICES,
        Permission.RECORD_VARIABLE_PAY,
        Permission.APPROVE_VARIABLE_PAY,
        Permission.ADMINISTER,
        Permission.IMPORT_REGISTER,
        Permission.EDIT_ROLES,
        Permission.GIVE_ROLES,
        Permission.VIEW_ACCESS_LOG,
    }
)

Row = tuple[int, str, list[str], int | None, str, str]


@dataclass(frozen=True)
class Effect:
    """One right that is given or taken: how many people it concerns, and how many pupils they reach with it.

    `pupils` is None for a right that opens no pupil's record, and for guardians and pupils, who see their own.
    """

    permission: Permission
    is_gain: bool
    people: int
    pupils: int | None


def effects(role: Role, wanted: Collection[str]) -> list[Effect]:
    """What it means today that `role` gives `wanted`: one line per right added, then one per right removed.

    Those who have the right as far already, by another role or a grant, are not counted.
    """
    added = [p for p in Permission if p.value in wanted and p.value not in role.permissions]
    removed = [p for p in Permission if p.value in role.permissions and p.value not in wanted]
    if role.reach not in STAFF_REACHES:
        people = role.assignments.on().filter(user__is_active=True).values("user").distinct().count()
        return [Effect(p, True, people, None) for p in added] + [Effect(p, False, people, None) for p in removed]
    rows = held_rows(role)
    before, after = scopes(rows), scopes(rows, role=role, permissions=wanted if role.is_active else ())
    concerned = {p: difference(p, after, before) for p in added} | {p: difference(p, before, after) for p in removed}
    asked = [(p, reaches) for p, reaches in concerned.items() if p not in NOT_ABOUT_PUPILS]
    pupils = dict(zip((p for p, _reaches in asked), knowledge().pupils_reached_each(asked), strict=True))
    return [Effect(p, p in added, len(reaches), pupils.get(p)) for p, reaches in concerned.items()]


def difference(permission: Permission, more: dict[int, Scope], less: dict[int, Scope]) -> dict[int, PermissionReach]:
    """For each user whom it makes a difference to, what the right reaches in one case and not in the other."""
    return {
        user: found
        for user, scope in more.items()
        if (found := beyond(scope.reach(permission), less[user].reach(permission)))
    }


def beyond(more: PermissionReach, less: PermissionReach) -> PermissionReach:
    """What `more` reaches that `less` does not, in whole schools and own groups."""
    if less.everything:
        return PermissionReach()
    if more.everything:
        return PermissionReach(everything=True)
    covered = less.school_ids
    return PermissionReach(
        school_ids=more.school_ids - covered,
        own_group_school_ids=more.own_group_school_ids - less.own_group_school_ids - covered - more.school_ids,
        own_sfo_school_ids=more.own_sfo_school_ids - less.own_sfo_school_ids - covered - more.school_ids,
    )


def held_rows(role: Role) -> list[Row]:
    """All assignments and grants in force today for the active users who hold `role` today (one query)."""
    holders = role.assignments.on().filter(user__is_active=True).values("user")
    text = CharField()
    assignments = RoleAssignment.objects.on().filter(Q(role__is_active=True) | Q(role=role), user__in=holders)
    rows = assignments.values_list("user_id", "reach", "role__permissions", "school_id", "role__slug", "role__name")
    slugs = Func(F("permission__codename"), template="ARRAY[%(expressions)s]::varchar(40)[]")
    models: list[Any] = grant_models()
    grants = [
        valid_today(model.objects.filter(user__in=holders)).values_list(
            "user_id",
            Value(str(model.container), output_field=text),
            slugs,
            "content_object_id",
            Value("", output_field=text),
            Value("", output_field=text),
        )
        for model in models
    ]
    return list(rows.union(*grants, all=True))


def scopes(rows: list[Row], *, role: Role | None = None, permissions: Collection[str] = ()) -> dict[int, Scope]:
    """The scope of each user in `rows`, as it is, or as it would be if `role` gave `permissions`."""
    found: dict[int, Scope] = {}
    for user, reach, slugs, object_id, slug, name in rows:
        given = permissions if role and slug == role.slug else slugs
        found.setdefault(user, Scope()).add(given, reach, object_id, slug, name)
    return found


def reach_of(reach: str, school_ids: Collection[int]) -> PermissionReach:
    """How far an assignment with `reach` at these schools goes, for a right it gives."""
    return PermissionReach(
        everything=reach == Reach.MUNICIPALITY,
        school_ids=set(school_ids) if reach == Reach.SCHOOLS else set(),
        own_group_school_ids=set(school_ids) if reach == Reach.OWN_GROUPS else set(),
        own_sfo_school_ids=set(school_ids) if reach == Reach.OWN_SFO_GROUPS else set(),
    )
