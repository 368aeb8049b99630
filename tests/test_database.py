"""The copied database is the one `migrate` would make, and tests that commit leave nothing in it."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accessctl.models import AccessEvent, School, User
from tests.database import AsMigrated, template_name


@pytest.mark.django_db(transaction=True)
def test_what_was_committed_is_gone_and_what_migrate_wrote_is_back():
    as_migrated = AsMigrated()
    assert "django_content_type" in as_migrated.rows
    School.objects.create(name="Prøve", org_number="999999999", kind="primary")
    AccessEvent.objects.create(user=User.objects.create(display_name="Prøve"), action="open")
    ContentType.objects.order_by("pk").last().delete()
    as_migrated.restore()
    assert not School.objects.exists()
    assert not AccessEvent.objects.exists()
    assert in_order(AsMigrated()) == in_order(as_migrated)


def in_order(state: AsMigrated) -> dict[str, list[bytes]]:
    return {table: sorted(rows.splitlines()) for table, rows in state.rows.items()}


@pytest.mark.parametrize("place", ["students/migrations/0001_initial.py", "students/wall.py", "accessctl/roles.py"])
def test_a_change_of_what_decides_the_tables_asks_for_a_new_migration(tmp_path, settings, place):
    settings.BASE_DIR = tmp_path
    file = tmp_path / place
    file.parent.mkdir(parents=True)
    file.write_text("before")
    before = template_name()
    file.write_text("after")
    assert template_name() != before


def test_the_copy_has_been_through_every_migration(db):
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
