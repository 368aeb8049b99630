"""Shared fixtures. The database and Redis are real; the network is closed but for this machine."""

import pytest
from django.db import connection

from tests.world import World, build_world


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests that commit must empty their tables afterwards; the log's own tests switch this trigger back on."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accessctl_accessevent DISABLE TRIGGER access_event_no_truncate")


@pytest.fixture
def world(db) -> World:
    return build_world()


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path):
    """Files of a test go away with it."""
    settings.MEDIA_ROOT = tmp_path / "files"
