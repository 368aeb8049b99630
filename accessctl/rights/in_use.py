"""Which rights a screen asks for today. The role catalogue marks the others, which give nothing yet."""

import re
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings

from accessctl.checks import all_views
from accessctl.guards import access_of
from accessctl.permissions import Permission

ASKED = re.compile(r"\bPermission\.([A-Z_]+)\b")
# These name rights in order to list, give or show them, not to ask whether somebody holds them.
LISTING = ("accessctl/permissions.py", "accessctl/roles.py", "accessctl/rights/", "students/rights/", "schoolapp/demo/")


@cache
def rights_in_use() -> frozenset[Permission]:
    """The rights some view is guarded by, and those the apps' code asks for by name."""
    guarding = {access_of(entry.callback) for _route, entry in all_views()}
    return frozenset(right for right in guarding if isinstance(right, Permission)) | asked_in_code()


def asked_in_code() -> frozenset[Permission]:
    found: set[str] = set()
    base = Path(settings.BASE_DIR)
    for config in apps.get_app_configs():
        folder = Path(config.path)
        if folder.parent != base:
            continue
        for path in folder.rglob("*.py"):
            name = path.relative_to(base).as_posix()
            if "/migrations/" not in name and not name.startswith(LISTING):
                found.update(ASKED.findall(path.read_text(encoding="utf-8")))
    return frozenset(Permission[name] for name in found if name in Permission.__members__)
