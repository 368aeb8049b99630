"""The database of the tests: migrated once, copied for each worker, and emptied after tests that commit.

Migrating takes a minute of work, copying a second. The migrated database stays in the server under a name made of
everything that decides what `migrate` does, so that whoever comes next with the same files finds it there.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

# What `migrate` builds on beside the migrations: the wall, the roles and permissions, and what it does at its end.
DECIDES = ("*/migrations/*.py", "*/apps.py", "*/wall.py", "accessctl/wall/*.py")
DECIDES += ("accessctl/roles.py", "accessctl/permissions.py", "schoolapp/lib/clock.py", "schoolapp/lib/search_words.py")
KEPT = "1 day"
LOCK = 7_402_026
IS_THERE = "SELECT 1 FROM pg_database WHERE datname = %s"
OLD_COPIES = f"""SELECT datname FROM pg_database WHERE datname LIKE 'schoolapp\\_migrated\\_%%' AND datname <> %s
    AND (pg_stat_file('base/' || oid || '/PG_VERSION')).modification < now() - interval '{KEPT}'"""
# Deleting asks for no foreign key and fires no trigger here. The lock waits for a request that is still being answered.
EMPTY = """DO $$ DECLARE name text; found bool; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1 LOOP
        EXECUTE 'LOCK TABLE ' || name || ' IN EXCLUSIVE MODE';
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO found;
        IF found THEN EXECUTE 'DELETE FROM ' || name; END IF;
    END LOOP;
END $$"""


def template_name() -> str:
    """Names the migrated database after all that has a say in it."""
    digest = hashlib.sha256(django.__version__.encode())
    own = (file for pattern in DECIDES for file in settings.BASE_DIR.glob(pattern))
    others = (file for app in apps.get_app_configs() for file in Path(app.path).glob("migrations/*.py"))
    for file in sorted({*own, *others}):
        digest.update("/".join(file.parts[-3:]).encode() + file.read_bytes())
    return f"schoolapp_migrated_{digest.hexdigest()[:16]}"


def connect_to(name: str) -> None:
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def migrated() -> str:
    """The name of a migrated database. Whoever comes first makes it, and the others wait for that."""
    name, before = template_name(), connection.settings_dict["NAME"]
    with connection._nodb_cursor() as cursor:
        if cursor.execute(IS_THERE, [name]).fetchone():
            return name
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [LOCK, name])
        if cursor.execute(IS_THERE, [name]).fetchone():
            return name
        for (old,) in cursor.execute(OLD_COPIES, [name]).fetchall():
            cursor.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}_unfinished" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}_unfinished"')
        try:
            connect_to(f"{name}_unfinished")
            call_command("migrate", verbosity=0, interactive=False)
        finally:
            connect_to(before)
        cursor.execute(f'ALTER DATABASE "{name}_unfinished" RENAME TO "{name}"')
    return name


@contextmanager
def copied(name: str, *, is_kept: bool) -> Iterator[None]:
    """Work in a fresh copy of the migrated database, called `name`."""
    before = connection.settings_dict["NAME"]
    template = migrated()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    connect_to(name)
    yield
    connect_to(before)
    if not is_kept:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class AsMigrated:
    """What stands in the tables right after `migrate`, and the way back to it."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
            self.rows = {table: rows for table in tables if (rows := content_of(cursor, table))}

    def restore(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(EMPTY)
            put(cursor, self.rows)


def content_of(cursor, table: str) -> bytes:
    with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
        return b"".join(bytes(block) for block in copy)


def put(cursor, rows: dict[str, bytes]) -> None:
    """Lay rows into their tables as they were: no history of them, no number made, and no key checked anew."""
    cursor.execute("SET LOCAL session_replication_role = replica")
    for table, content in rows.items():
        with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
            copy.write(content)
    cursor.execute("SET LOCAL session_replication_role = origin")


if __name__ == "__main__":
    django.setup()
    migrated()
