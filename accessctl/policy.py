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
    """Those of the permissions that `may` would say yes to, asked in one query, for a page that offers much."""
    rows: Any = type(record)._default_manager
    asked = [
        rows.visible_to(user, permission)
        .filter(pk=record.pk)
        .order_by()
        .values_list(Value(permission.value, output_field=CharField()))
        for permission in dict.fromkeys(permissions)
        if scope_of(user).holds(permission)
    ]
    if not asked:
        return frozenset()
    return frozenset(Permission(found) for (found,) in asked[0].union(*asked[1:], all=True))
