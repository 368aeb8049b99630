"""The roles web and workers connect as: they cannot rewrite a log, change a table or step past the wall."""

import pghistory
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from accessctl import checks, wall
from accessctl.models import AccessEvent
from accessctl.wall import roles
from tests.login import log_in

RUNTIME = (wall.WEB, wall.WORKER)
DENIALS = ("permission denied", "must be owner", "must be able to SET ROLE")
ON_A_LOG = (
    "UPDATE {table} SET id = id",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "DROP TABLE {table}",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} OWNER TO {role}",
    "ALTER TABLE {table} ADD COLUMN more text",
    "CREATE TRIGGER more BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
)
ANYWHERE = (
    "SET session_replication_role = replica",
    "ALTER TABLE students_student DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE students_student NO FORCE ROW LEVEL SECURITY",
    "CREATE POLICY more ON students_student USING (true)",
    "DROP POLICY wall_web ON students_student",
    "TRUNCATE students_student CASCADE",
    "CREATE TABLE public.more (id int)",
    "CREATE FUNCTION public.more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER ROLE {role} BYPASSRLS",
    "CREATE ROLE more SUPERUSER",
    "UPDATE django_migrations SET name = 'x'",
)


def column(sql, parameters=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [row[0] for row in cursor.fetchall()]


def refused(role, statement):
    """Whether the database denies `role` the statement."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true)", [role])
        try:
            with transaction.atomic():
                cursor.execute(statement)
        except ProgrammingError as error:
            return any(word in str(error) for word in DENIALS)
        finally:
            transaction.set_rollback(True)
    return False


@pytest.mark.parametrize("role", RUNTIME)
def test_a_log_is_only_added_to(db, role):
    logs = wall.append_only_tables()
    assert {AccessEvent._meta.db_table, "accessctl_changeevent", "django_admin_log"} <= logs
    allowed = [
        f"{statement}: {table}"
        for table in sorted(logs & set(connection.introspection.table_names()))
        for statement in ON_A_LOG
        if not refused(role, statement.format(table=table, role=role))
    ]
    assert allowed == []
    assert not refused(role, f"SELECT 1 FROM {AccessEvent._meta.db_table}")
    assert column("SELECT has_table_privilege(%s, 'accessctl_accessevent', 'INSERT')", [role]) == [True]


@pytest.mark.parametrize("role", RUNTIME)
def test_the_wall_cannot_be_taken_down_from_inside(db, role):
    allowed = [statement for statement in ANYWHERE if not refused(role, statement.format(role=role))]
    assert allowed == []


@pytest.mark.parametrize("role", RUNTIME)
def test_the_roles_are_weak(db, role):
    attributes = "rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication"
    assert column(f"SELECT {attributes} FROM pg_roles WHERE rolname = %s", [role]) == [False]
    assert column("SELECT relname FROM pg_class JOIN pg_roles r ON r.oid = relowner WHERE rolname = %s", [role]) == []
    member = "SELECT count(*) FROM pg_auth_members JOIN pg_roles r ON r.oid = member WHERE rolname = %s"
    assert column(member, [role]) == [0]


@pytest.mark.parametrize("role", RUNTIME)
def test_every_table_can_be_used_and_none_emptied(db, role):
    tables = set(connection.introspection.table_names())
    assert len(tables) > 30
    for table in tables:
        assert column("SELECT has_table_privilege(%s, %s, 'SELECT')", [role, table]) == [True], table
        assert column("SELECT has_table_privilege(%s, %s, 'TRUNCATE, TRIGGER, REFERENCES')", [role, table]) == [False]
    writable = {
        table for table in tables if column("SELECT has_table_privilege(%s, %s, 'DELETE')", [role, table]) == [True]
    }
    assert tables - writable == (wall.append_only_tables() & tables) | {"django_migrations"}


def test_the_command_can_be_repeated_and_takes_back_what_was_given_by_hand(db):
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT DELETE, TRUNCATE ON accessctl_accessevent TO {wall.WEB}")
        cursor.execute(f"REVOKE INSERT ON students_student FROM {wall.WEB}")
    call_command("database_roles", verbosity=0)
    call_command("database_roles", verbosity=0)
    assert refused(wall.WEB, "DELETE FROM accessctl_accessevent")
    assert column("SELECT has_table_privilege(%s, 'students_student', 'INSERT')", [wall.WEB]) == [True]


def test_a_server_that_logs_what_is_typed_is_told_of(db):
    settings_of = {"log_min_error_statement": "error", "log_error_verbosity": "default", "log_statement": "all"}
    for said, told in ((settings_of, 3), (checks.QUIET, 0)):
        with connection.cursor() as cursor:
            for name, value in said.items():
                cursor.execute(f"SET LOCAL {name} = '{value}'")
        assert len(checks.database_log_is_quiet(None)) == told


def test_a_web_process_with_a_strong_role_serves_nothing_in_production(world, settings, monkeypatch):
    """The tests themselves connect as such a role."""
    assert wall.powers_of_connection()
    settings.DEVELOPMENT = False
    monkeypatch.setattr(roles, "_trusted", [])
    client = Client(raise_request_exception=False)
    log_in(client, world.user("municipal_admin"))
    assert client.get("/elever/").status_code == 500
    with pytest.raises(ImproperlyConfigured, match=wall.WEB):
        wall.refuse_power()
    monkeypatch.setattr(roles, "POWERS", {})
    assert client.get("/elever/").status_code == 200


def test_a_worker_may_make_temporary_tables_also_where_nobody_else_may(db):
    """The population register is read into such tables."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        database = connection.ops.quote_name(cursor.fetchone()[0])
        cursor.execute(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC")
        assert refused(wall.WORKER, "CREATE TEMP TABLE more (id int)")
        call_command("database_roles", verbosity=0)
        assert not refused(wall.WORKER, "CREATE TEMP TABLE more (id int)")
        assert refused(wall.WEB, "CREATE TEMP TABLE more (id int)")
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_roles_are_set_up_as_manage_py_does_it():
    """Where the history knows its job, each statement has parameters, so that a lone percent sign is an error."""
    with pghistory.context(job="manage.py migrate"):
        roles.set_up_roles()
