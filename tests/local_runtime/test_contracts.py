"""No app escapes the import contracts."""

import re
import tomllib

from django.apps import apps
from django.conf import settings

CONFIGURATION = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["tool"]
CONTRACTS = CONFIGURATION["importlinter"]["contracts"]
LAYERS = next(contract for contract in CONTRACTS if contract["id"] == "layers")["layers"]
IN_LAYERS = set(re.findall(r"[\w.]+", " ".join(LAYERS)))
OWN_APPS = {app.name for app in apps.get_app_configs() if (settings.BASE_DIR / app.name).is_dir()}


def test_every_app_has_its_layer():
    assert len(OWN_APPS) >= 12
    assert OWN_APPS - {"schoolapp"} <= IN_LAYERS


def test_every_module_of_the_composition_root_has_its_layer():
    modules = {path.stem for path in (settings.BASE_DIR / "schoolapp").iterdir() if is_module(path)}
    assert {f"schoolapp.{module}" for module in modules} <= IN_LAYERS


def is_module(path):
    is_package = path.is_dir() and any(path.rglob("*.py"))
    return is_package or (path.suffix == ".py" and path.stem != "__init__")


def test_no_production_app_may_import_the_tools():
    tools = next(contract for contract in CONTRACTS if contract["id"] == "no-tools-in-production")
    assert set(tools["source_modules"]) == OWN_APPS


def test_the_strict_apps_are_checked_strictly():
    strict = next(entry for entry in CONFIGURATION["mypy"]["overrides"] if entry.get("disallow_untyped_defs"))
    assert {"schoolapp.lib.*", "accessctl.*", "archive.*", "documents.*"} <= set(strict["module"])
