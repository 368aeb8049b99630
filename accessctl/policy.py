"""May this user do this to this object? The one question, answered by the same querysets that make the lists."""

from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, Model, Value

from accessctl.permissions import Permission
from accessctl.scope import scope_of


def may(user: Any, permission: Permission, record: Model) -> bool:
    """Whether `user` holds `permission` for this very object (at most two queries).

    The model's queryset says what the right reaches with `visible_to(user, permission)`; a model without that method
    is nobody's to see, and asking is an AttributeError.
    """
    if not scope_of(user).holds(permission):
        return False
    rows: Any = type(record)._default_manager
    return bool(rows.visible_to(user, permission).filter(pk=record.pk).exists())


def held(user: Any, permissions: Iterable[Permission], record: Model) -> frozenset[Permission]:
    """Those of the permissions that `may` would say yes to, asked in one query, for a page that offers much.

    Rights that the model's queryset says are `alike` reach the same rows, so one of them is asked for all.
    """
    rows: Any = type(record)._default_manager
    alike = getattr(rows, "alike", lambda _user, permission: permission)
    groups: dict[Any, list[Permission]] = {}
    for permission in dict.fromkeys(permissions):
        if scope_of(user).holds(permission):
            groups.setdefault(alike(user, permission), []).append(permission)
    asked = [
        rows.visible_to(user, group[0])
        .filter(pk=record.pk)
        .order_by()
        .values_list(Value(group[0].value, output_field=CharField()))
        for group in groups.values()
    ]
    if not asked:
        return frozenset()
    found = {first for (first,) in asked[0].union(*asked[1:], all=True)}
    return frozenset(permission for group in groups.values() if group[0].value in found for permission in group)
