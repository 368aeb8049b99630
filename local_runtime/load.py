"""Brings the database up to date: schema, defaults, and the demo municipality when there is no school yet."""

import os
import sys
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command


def load(demo_size: str) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    call_command("install_defaults", verbosity=0)
    if not apps.get_model("accessctl", "School").objects.exists():
        call_command("demo", "--size", demo_size)
    with (Path(settings.DATA_DIR) / "personas.json").open("w", encoding="utf-8") as output:
        call_command("personas", "--json", stdout=output)
    call_command("demo_staff_file", os.environ["HRM_FILE"])
    call_command("demo_register_file", os.environ["KSFIKS_FILE"])


if __name__ == "__main__":
    django.setup()
    load(sys.argv[1] if len(sys.argv) > 1 else "liten")
