"""The database roles of the running system. They own nothing, change no table, and cannot rewrite a log.

The owner of the tables is a third role, used for `migrate` alone. See docs/deploy.md.
"""

from collections.abc import Iterable

from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Model

WEB, WORKER = "schoolapp_web", "schoolapp_worker"
RUNTIME = (WEB, WORKER)
READ_ONLY = ("django_migrations",)

# Several databases of one server may be set up at once, and roles belong to the server.
CREATE_ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""

# The population register is read into temporary tables. PostgreSQL lets everybody make them unless that is taken back.
ALLOW_TEMPORARY = f"""
DO $$ BEGIN
    IF NOT has_database_privilege('{WORKER}', current_database(), 'TEMPORARY') THEN
        EXECUTE 'GRANT TEMPORARY ON DATABASE ' || quote_ident(current_database()) || ' TO {WORKER}';
    END IF;
END $$
"""


def role_statements() -> list[str]:
    """Create the roles that are missing. They can log in, but have no password until the administrator sets one."""
    return [CREATE_ROLE.format(role=role) for role in RUNTIME]


def is_append_only(model: type[Model]) -> bool:
    """Whether rows of `model` are only ever added: the access log, the console's log, and the history of changes."""
    is_history = any(field.name == "pgh_id" for field in model._meta.fields)
    return is_history or model is LogEntry or getattr(model, "append_only", False)


def append_only_tables() -> set[str]:
    return {model._meta.db_table for model in apps.get_models(include_auto_created=True) if is_append_only(model)}


def grant_statements(tables: Iterable[str], logs: set[str]) -> list[str]:
    """What each runtime role may do with every table, said anew each time so that nothing lingers."""
    tables = sorted(tables)
    kinds = {
        "SELECT, INSERT, UPDATE, DELETE": [t for t in tables if t not in logs and t not in READ_ONLY],
        "SELECT, INSERT": [t for t in tables if t in logs],
        "SELECT": [t for t in tables if t in READ_ONLY],
    }
    to = ", ".join(RUNTIME)
    statements = [f"GRANT USAGE ON SCHEMA public TO {to}", f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {to}"]
    statements += [f"REVOKE ALL ON {listed(tables)} FROM PUBLIC, {to}"] if tables else []
    statements += [f"GRANT {rights} ON {listed(names)} TO {to}" for rights, names in kinds.items() if names]
    return [*statements, f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {to}"]


def listed(tables: Iterable[str]) -> str:
    return ", ".join(connection.ops.quote_name(table) for table in tables)


def set_up_roles() -> None:
    """Create the runtime roles and give them exactly what they need on the tables there are now. Safe to repeat."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for statement in [*role_statements(), ALLOW_TEMPORARY, *grant_statements(tables, append_only_tables())]:
            cursor.execute(statement)


def ensure_roles(schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A policy names the roles it is for, so they must be there before the first one."""
    for statement in role_statements():
        schema_editor.execute(statement, params=None)


# What the role of a web process must not be, since each of these walks past the wall or may take it down.
POWERS = {
    "is a superuser": "SELECT rolsuper FROM pg_roles WHERE rolname = session_user",
    "bypasses row-level security": "SELECT rolbypassrls FROM pg_roles WHERE rolname = session_user",
    "owns tables": "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND tableowner = session_user)",
}


def powers_of_connection() -> list[str]:
    """In words, what the role this process connects as can do that a web process must not. Empty when all is well."""
    with connection.cursor() as cursor:
        found = []
        for power, question in POWERS.items():
            cursor.execute(question)
            if cursor.fetchone()[0]:
                found.append(power)
    return found


_trusted: list[bool] = []


def refuse_power() -> None:
    """Raise ImproperlyConfigured where a web process in production connects as a role the wall does not hold.

    Asked at the first request of each process, since only then is it certain that it serves pages.
    """
    if _trusted or settings.DEVELOPMENT:
        return
    powers = powers_of_connection()
    if powers:
        raise ImproperlyConfigured(f"web must connect as {WEB}, but its database role {' and '.join(powers)}.")
    _trusted.append(True)
