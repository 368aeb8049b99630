"""Which rights a screen asks for today. The role catalogue marks the others, which give nothing yet."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings

from accessctl.checks import all_views
from accessctl.guards import access_of
from accessctl.permissions import Permission

# The ways to ask whether somebody holds a right, and how far: calls, and what the console's registers say they need.
ASKING = {"may", "holds", "visible_to", "reach", "within", "reaches"}
NEEDED = {"view_permission", "change_permission"}


@cache
def rights_in_use() -> frozenset[Permission]:
    """The rights some view is guarded by, and those the apps' code asks for by name."""
    guarding = {access_of(entry.callback) for _route, entry in all_views()}
    return frozenset(right for right in guarding if isinstance(right, Permission)) | asked_in_code()


def asked_in_code() -> frozenset[Permission]:
    """Rights named in a question, in the source of our own apps. Naming one in a list is no question."""
    base = Path(settings.BASE_DIR)
    found: set[str] = set()
    for config in apps.get_app_configs():
        folder = Path(config.path)
        if folder.parent == base:
            for path in folder.rglob("*.py"):
                source = path.read_text(encoding="utf-8")
                if "Permission." in source and "migrations" not in path.parts:
                    found.update(name for node in ast.walk(ast.parse(source)) for name in asked_by(node))
    return frozenset(Permission[name] for name in found if name in Permission.__members__)


def asked_by(node: ast.AST) -> Iterator[str]:
    """The names of the rights this piece of code asks for."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in ASKING:
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
        case ast.FunctionDef(name=name) if name in ASKING:
            values = list(node.args.defaults)
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in NEEDED:
            values = [value]
        case _:
            return
    for value in values:
        match value:
            case ast.Attribute(value=ast.Name(id="Permission"), attr=name):
                yield name
