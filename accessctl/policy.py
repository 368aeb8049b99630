"""May this user do this to this object? The one question, answered by the same querysets that make the lists."""

from typing import Any

from django.db.models import Model

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
