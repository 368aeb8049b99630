"""Shared fixtures. The database and Redis are real; the network is closed but for this machine."""

import os
import pickle
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.test import Client, TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadScopeScheduling

from tests.database import AsMigrated, content_of, copied, put
from tests.world import World, build_world

# How fast a machine makes examples says nothing about the project.
hypothesis_settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("any machine")


class OneBrowser(LoadScopeScheduling):
    """One worker has all the browser's tests: two browsers on two cores would make each other wait."""

    def _split_scope(self, nodeid: str) -> str:
        return "journeys" if nodeid.startswith("tests/journeys/") else nodeid


def pytest_configure() -> None:
    """Each worker has a Redis database of its own: a test that empties the cache would empty the others', too."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
    django_settings.REDIS_URL = f"{django_settings.REDIS_URL.rpartition('/')[0]}/{number}"
    django_settings.CACHES["default"]["LOCATION"] = django_settings.REDIS_URL


def pytest_xdist_make_scheduler(config, log):
    return OneBrowser(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow tests begin first, so that no worker sits alone with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_modify_db_settings, django_db_blocker, django_db_keepdb):
    """A copy of the migrated database for this worker. Tests that commit leave it as it was."""
    name = connection.creation._get_test_db_name()
    with django_db_blocker.unblock(), copied(name, is_kept=django_db_keepdb), pytest.MonkeyPatch.context() as patch:
        as_migrated = AsMigrated()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _test: as_migrated.restore())
        with django_db_blocker.block():
            yield


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
            if content := content_of(cursor, table):
                rows[table] = content
        transaction.set_rollback(True)
    return pickle.dumps(world), rows


@pytest.fixture
def world(db, world_copy) -> World:
    """The cast, laid into this test's database."""
    objects, rows = world_copy
    with transaction.atomic(), connection.cursor() as cursor:
        put(cursor, rows)
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


@pytest.fixture(autouse=True)
def answers_closed(monkeypatch) -> Iterator[None]:
    """Files that were answered with and not read to the end are closed, as a server does when the answer is sent."""
    answers, request = [], Client.request

    def remembered(client: Client, **asked):
        answer = request(client, **asked)
        if answer.streaming:
            answers.append(answer)
        return answer

    monkeypatch.setattr(Client, "request", remembered)
    yield
    for answer in answers:
        for close in answer._resource_closers:
            close()
