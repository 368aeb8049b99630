"""Shared fixtures. The database and Redis are real; the network is closed but for this machine."""

import pickle

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.utils import translation
from xdist.scheduler import LoadScopeScheduling

from tests.world import World, build_world


class OneBrowser(LoadScopeScheduling):
    """One worker has all the browser's tests: two browsers on two cores would make each other wait."""

    def _split_scope(self, nodeid: str) -> str:
        return "journeys" if nodeid.startswith("tests/journeys/") else nodeid


def pytest_xdist_make_scheduler(config, log):
    return OneBrowser(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow tests begin first, so that no worker sits alone with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests that commit must empty their tables afterwards; the log's own tests switch these triggers back on."""
    assert connection.settings_dict["NAME"].startswith("test_"), "mark what uses the database with django_db"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for name in ("access_event", "changeevent", "logseal", "alert", "alertassessment"):
            table = name.replace("_", "")
            cursor.execute(f"ALTER TABLE accessctl_{table} DISABLE TRIGGER {name}_no_truncate")


@pytest.fixture(scope="session")
def world_copy(django_db_setup, django_db_blocker) -> tuple[bytes, dict[str, bytes]]:
    """The cast, built once and kept outside the database: the objects, and their rows by table."""
    local = {path.name for path in django_settings.BASE_DIR.iterdir()}
    tables = [
        model._meta.db_table
        for model in apps.get_models()
        if model._meta.app_label in local and not getattr(model, "append_only", False)
    ]
    rows = {}
    with django_db_blocker.unblock(), transaction.atomic(), connection.cursor() as cursor:
        for table in tables:  # whatever ran before, the cast has the same keys
            if sequence := cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table]).fetchone()[0]:
                cursor.execute(f"SELECT setval('{sequence}', coalesce(max(id), 0) + 1, false) FROM {table}")
        world = build_world()
        for table in tables:
            with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                if content := b"".join(bytes(block) for block in copy):
                    rows[table] = content
        transaction.set_rollback(True)
    return pickle.dumps(world), rows


@pytest.fixture
def world(db, world_copy) -> World:
    """The cast, laid into this test's database."""
    objects, rows = world_copy
    with transaction.atomic(), connection.cursor() as cursor:
        # The cast is no change anybody made: it leaves no history, and its keys have been checked once.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, content in rows.items():
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                copy.write(content)
        cursor.execute("SET LOCAL session_replication_role = origin")
    return pickle.loads(objects)


@pytest.fixture(autouse=True)
def clients_at_the_providers(settings):
    """This installation is known to both login providers; tests of login itself say more."""
    settings.LOGIN_PROVIDERS = {
        slug: configured | {"client_id": "schoolapp"} for slug, configured in settings.LOGIN_PROVIDERS.items()
    }


@pytest.fixture(autouse=True)
def bokmaal():
    """A request leaves its language active in the thread; the next test must not inherit it."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path):
    """Files of a test go away with it."""
    settings.MEDIA_ROOT = tmp_path / "files"
