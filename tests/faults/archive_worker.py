"""A worker in a process of its own, to be killed. Imported once by a fork server, so that starting one is cheap."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "schoolapp.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402


def work(database: str, media: str, ncore: dict[str, str], quiet_seconds: int) -> None:
    """Run `manage.py archive_work --until-empty` against the test's database and archive."""
    connections["default"].settings_dict["NAME"] = database
    settings.MEDIA_ROOT, settings.NCORE, settings.ARCHIVE_QUIET_SECONDS = media, ncore, quiet_seconds
    settings.ARCHIVE_CLIENT_TIMEOUT = 5
    call_command("archive_work", until_empty=True, verbosity=0)
