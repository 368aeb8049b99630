"""Special grants as they are shown: of all four kinds, in words, and with what the viewer may do to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accessctl.actions import may_grant
from accessctl.models import GrantBase, User
from accessctl.permissions import Permission
from accessctl.rights.known import knowledge
from accessctl.rights.preview import NOT_ABOUT_PUPILS
from accessctl.scope import Container, PermissionReach, grant_models
from schoolapp.lib import clock
from staff.models import Employee
from students.journal import EMERGENCY
from students.models import Student, StudentGrant

RUNS_OUT_WITHIN = timedelta(days=30)


@dataclass(frozen=True)
class Shown:
    """A grant in words."""

    grant: GrantBase
    right: str
    where: str
    who: str
    given_by: str
    may_change: bool

    @property
    def is_emergency(self) -> bool:
        return is_emergency(self.grant)

    @property
    def runs_out(self) -> bool:
        return not self.is_emergency and clock.today() <= self.grant.valid_to <= clock.today() + RUNS_OUT_WITHIN


def grants_of(user: User, viewer: User) -> list[Shown]:
    """All grants of one user, running, coming and ended, that lie where the viewer gives roles."""
    return shown([row for rows in querysets(viewer) for row in rows.filter(user=user)], viewer)


def running_out(viewer: User) -> list[Shown]:
    """Grants that end within thirty days, the first to end first. Emergency access is to end, and is left out."""
    last = clock.today() + RUNS_OUT_WITHIN
    rows = [row for rows in querysets(viewer) for row in rows.on().filter(valid_to__lte=last)]
    return shown([row for row in rows if not is_emergency(row)], viewer)


def grant_by_uuid(uuid: UUID, viewer: User) -> GrantBase | None:
    return next((row for rows in querysets(viewer) for row in rows.filter(uuid=uuid)), None)


def querysets(viewer: User) -> list[Any]:
    """Grants of each kind where the viewer gives roles, with all that is shown of them.

    A grant on a pupil whom the viewer does not see is left out: that there is one would tell of the pupil.
    """
    related = ("user", "permission", "given_by", "content_object")
    models: list[Any] = grant_models()
    found = []
    for model in models:
        rows = model.objects.visible_to(viewer).select_related(*related, *filter(None, [model.school_path]))
        if model.container == Container.PUPIL:
            seen = Student.objects.visible_to(viewer, Permission.GIVE_ROLES)
            rows = rows.filter(content_object__in=seen).select_related("content_object__person")
        found.append(rows)
    return found


def shown(grants: Iterable[Any], viewer: User) -> list[Shown]:
    rows = sorted(grants, key=lambda grant: (grant.valid_to, grant.pk))
    people = {user.pk: user for row in rows for user in (row.user, row.given_by) if user}
    names = knowledge().names(list(people.values()))
    return [
        Shown(
            row,
            str(Permission(row.permission.codename).label),
            where_of(row),
            names[row.user_id],
            names.get(row.given_by_id, ""),
            row.user_id != viewer.pk,
        )
        for row in rows
        if row.permission.codename in Permission.values
    ]


def pupils_in(lines: Iterable[Shown]) -> list[GrantBase]:
    """One grant for each pupil the lines name, for the access log."""
    return list({line.grant.about: line.grant for line in lines if isinstance(line.grant, StudentGrant)}.values())


def where_of(grant: Any) -> str:
    match grant.container:
        case Container.MUNICIPALITY:
            return _("hele kommunen")
        case Container.PUPIL:
            return str(grant.content_object.person.full_name)
        case Container.GROUP:
            return f"{grant.content_object.name}, {grant.content_object.school}"
    return str(grant.content_object)


def pupils_with(permission: Permission, container: str, object_id: int) -> int | None:
    """How many pupils the right opens on this object, or None for a right that opens none."""
    if permission in NOT_ABOUT_PUPILS:
        return None
    return knowledge().pupils_reached(permission, {0: reach_on(container, object_id)})


def reach_on(container: str, object_id: int) -> PermissionReach:
    """How far a grant on this object goes."""
    return PermissionReach(
        everything=container == Container.MUNICIPALITY,
        school_ids={object_id} if container == Container.SCHOOL else set(),
        group_ids={object_id} if container == Container.GROUP else set(),
        pupil_ids={object_id} if container == Container.PUPIL else set(),
    )


def is_emergency(grant: Any) -> bool:
    """Whether somebody took the right themselves in an emergency; it lasts the day, and nobody prolongs it."""
    return grant.given_by_id is None and grant.reason.startswith(EMERGENCY)


def may_renew(grant: Any, by: User) -> bool:
    return may_end(grant, by) and not is_emergency(grant)


def may_end(grant: Any, by: User) -> bool:
    return grant.user_id != by.pk and may_grant(by, Permission(grant.permission.codename), grant.content_object)


def employee_of(user: User) -> Employee | None:
    return Employee.objects.filter(person__user=user).select_related("person").first()
