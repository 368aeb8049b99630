"""What has been changed in a role, by whom and why, for those who edit roles."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accessctl.models import AccessEvent, Role
from accessctl.permissions import Permission
from accessctl.rights.actions import AND_MORE
from accessctl.rights.known import knowledge

ACTIONS: dict[str, str | Promise] = {
    "make_role": _("laget rollen"),
    "change_role": _("endret rollen"),
    "propose_role_change": _("foreslo en endring"),
    "reject_role_change": _("avslo en endring"),
    "withdraw_role_change": _("trakk en endring"),
    "retire_role": _("avviklet rollen"),
}
SHOWN = 30


@dataclass(frozen=True)
class Happening:
    at: datetime
    who: str
    did: str | Promise
    reason: str
    ground: str
    added: list[str]
    removed: list[str]
    has_more: bool


def history_of(role: Role) -> list[Happening]:
    """The latest changes, newest first."""
    lines = (
        AccessEvent.objects.filter(object_id=role.uuid, action__in=ACTIONS)
        .select_related("user")
        .order_by("-at", "-pk")[:SHOWN]
    )
    events = list(lines)
    names = knowledge().names([event.user for event in events if event.user])
    return [happening(event, names) for event in events]


def happening(event: AccessEvent, names: dict[int, str]) -> Happening:
    labels: dict[str, Any] = dict(Permission.choices)
    words = event.what.split() if event.action != "make_role" else []
    return Happening(
        event.at,
        names.get(event.user_id or 0, ""),
        ACTIONS[event.action],
        event.reason,
        event.ground,
        [str(labels[word[1:]]) for word in words if word.startswith("+") and word[1:] in labels],
        [str(labels[word[1:]]) for word in words if word.startswith("-") and word[1:] in labels],
        AND_MORE in words,
    )
