"""Every dependency is locked by hash, comes from no fixed address, and has its reason written down."""

import json
import re

import pytest
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = settings.BASE_DIR
SETS = ["requirements", "requirements-local", "requirements-dev"]


def asked_for(name):
    lines = (ROOT / f"{name}.in").read_text().splitlines()
    return [canonicalize_name(Requirement(line).name) for line in lines if line and line[0] not in "#-"]


def table(heading):
    section = (ROOT / "docs" / "dependencies.md").read_text().split(f"(`{heading}`)")[1].split("\n## ")[0]
    return re.findall(r"^\| ([@a-z][\w./@-]+) \| .{10,} \|$", section.replace("| package | why |", ""), re.M)


@pytest.mark.parametrize("name", SETS)
def test_every_python_package_has_its_reason(name):
    assert asked_for(name)
    assert sorted(table(f"{name}.in")) == sorted(asked_for(name))


def test_every_front_end_package_has_its_reason():
    package = json.loads((ROOT / "package.json").read_text())
    assert sorted(table("package.json")) == sorted(package["dependencies"] | package["devDependencies"])


@pytest.mark.parametrize("name", SETS)
def test_every_pin_has_hashes_and_no_address(name):
    lock = (ROOT / f"{name}.txt").read_text()
    pins = re.findall(r"^[\w.-]+==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", lock, re.M)
    assert len(pins) == len(re.findall("^[a-z]", lock, re.M)) > 5
    assert not re.search(r"https?:|file:/|--(extra-)?index-url|--find-links|--trusted-host| @ ", lock)
    assert set(asked_for(name)) <= {canonicalize_name(pin.split("==")[0]) for pin in pins}


def test_every_front_end_pin_has_a_hash_and_no_address():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    installed = {name: entry for name, entry in packages.items() if name}
    assert len(installed) > 20
    assert [name for name, entry in installed.items() if "resolved" in entry or "integrity" not in entry] == []
