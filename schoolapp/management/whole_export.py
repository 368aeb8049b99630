"""Everything the municipality has in the system, in files anybody can read, with a description made from the models.

One CSV file per table, every stored file, and a manifest that is written last: without it the export is not whole.
Secrets and sessions are left out by name; tests/lib/test_whole_export.py keeps the lists complete.
"""

import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Field, FileField, ForeignKey, Model
from django.template.loader import render_to_string
from django.utils.translation import override

from accessctl import wall
from accessctl.audit import record_act
from accessctl.models import Municipality
from schoolapp.lib import clock

# Tables of the framework, sessions and secrets, and copies of what is exported anyway.
LEFT_OUT: dict[str, str] = {
    "accessctl_loginsession": "Åpne innlogginger.",
    "accessctl_registerfile": "Filer som venter på innlesing.",
    "accessctl_user_groups": "Brukes ikke.",
    "accessctl_user_user_permissions": "Brukes ikke.",
    "auth_group": "Brukes ikke.",
    "auth_group_permissions": "Brukes ikke.",
    "auth_permission": "Rammeverkets egen liste over rettigheter.",
    "django_admin_log": "Brukes ikke; endringer står i accessctl_changeevent.",
    "django_content_type": "Rammeverkets egen liste over tabeller.",
    "django_session": "Åpne innlogginger.",
    "guardian_groupobjectpermission": "Brukes ikke.",
    "guardian_userobjectpermission": "Brukes ikke.",
    "guardians_rosterexport": "Midlertidige filer til andre systemer.",
    "guardians_stagedaddress": "Arbeidstabell for innlesing fra Folkeregisteret.",
    "guardians_stagednumber": "Arbeidstabell for innlesing fra Folkeregisteret.",
    "guardians_stagedperson": "Arbeidstabell for innlesing fra Folkeregisteret.",
    "guardians_stagedtie": "Arbeidstabell for innlesing fra Folkeregisteret.",
    "pghistory_context": "Brukes ikke; endringer står i accessctl_changeevent.",
    "pghistory_events": "Ingen egen tabell.",
    "schools_calendarfeed": "Nøkler til kalendere.",
    "staff_stagedemployee": "Arbeidstabell for innlesing fra HR.",
    "students_insightexport": "Midlertidige pakker for innsyn.",
}
# By table and column, with the reason.
LEFT_OUT_COLUMNS: dict[tuple[str, str], str] = {
    ("archive_fiksreply", "payload"): "Arkivets svar, kryptert; det de sier, står i archive_delivery.",
}
BLOCK = 1024 * 1024


class NotWhole(Exception):
    """The export does not hold what it should; the text says what is missing."""


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    text: str
    required: bool
    refers_to: str
    choices: list[tuple[str, str]]


@dataclass(frozen=True)
class Described:
    name: str
    title: str
    text: str
    columns: list[Column]


def exported() -> list[type[Model]]:
    """The models whose tables are exported, by name of table."""
    found = {
        model._meta.db_table: model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy
    }
    return [found[name] for name in sorted(found) if name not in LEFT_OUT]


def columns_of(model: type[Model]) -> list[Any]:
    table = model._meta.db_table
    return [field for field in model._meta.concrete_fields if (table, field.column) not in LEFT_OUT_COLUMNS]


def described(model: type[Model]) -> Described:
    columns = [described_column(field) for field in columns_of(model)]
    text = " ".join((model.__doc__ or "").split())
    is_generated = text.startswith(f"{model.__name__}(")
    title = str(model._meta.verbose_name_plural)
    return Described(model._meta.db_table, title, "" if is_generated else text, columns)


def described_column(field: "Field[Any, Any]") -> Column:
    target = field.remote_field.model._meta.db_table if isinstance(field, ForeignKey) else ""
    label = str(field.verbose_name)
    help_text = str(field.help_text)
    return Column(
        name=str(field.column),
        type=str(field.db_type(connection)),
        text=f"{label}. {help_text}" if help_text else label,
        required=not field.null,
        refers_to=f"{target}.{field.target_field.column}" if isinstance(field, ForeignKey) else "",
        choices=[(str(value), str(words)) for value, words in field.flatchoices],
    )


def refuse_others() -> None:
    """Only the owner of the tables sees every row. Raises NotWhole for anybody else."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relname = ANY (%s) AND relkind = 'r'"
            " AND NOT pg_has_role(current_user, relowner, 'USAGE')",
            [[model._meta.db_table for model in exported()]],
        )
        foreign = cursor.fetchone()[0]
    if foreign:
        raise NotWhole("Databasebrukeren eier ikke tabellene. Kjør kommandoen som eieren av databasen.")


def export(folder: Path) -> dict[str, Any]:
    """Write everything to an empty or new folder and give the manifest. Raises NotWhole; then there is no manifest."""
    refuse_others()
    if folder.exists() and any(folder.iterdir()):
        raise NotWhole("Mappen er ikke tom. Oppgi en ny mappe.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    (folder / "tabeller").mkdir()
    (folder / "filer").mkdir()
    outer = connection.in_atomic_block
    with transaction.atomic():
        if not outer:  # one moment for every table
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        record_act(None, "export", what="alt kommunen har i systemet")
        with wall.lifted("the municipality takes out everything it has"):
            tables = {model._meta.db_table: write_table(model, folder / "tabeller") for model in exported()}
            files = write_files(folder / "filer")
    manifest = {
        "kommune": Municipality.objects.get().name,
        "tatt_ut": clock.now().isoformat(timespec="seconds"),
        "tabeller": tables,
        "filer": files,
        "utelatt": LEFT_OUT | {f"{table}.{column}": why for (table, column), why in LEFT_OUT_COLUMNS.items()},
    }
    describe(folder, manifest)
    (folder / "innhold.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=2))
    return manifest


def write_table(model: type[Model], folder: Path) -> dict[str, Any]:
    """The table as CSV in the order of its key. Raises NotWhole when the file has another number of rows."""
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
    names = ", ".join(quote(field.column) for field in columns_of(model))
    path = folder / f"{model._meta.db_table}.csv"
    with connection.cursor() as cursor, path.open("wb") as file:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  # the name of a model's table
        expected = cursor.fetchone()[0]
        query = f"COPY (SELECT {names} FROM {table} ORDER BY {key}) TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE *)"  # noqa: S608
        with cursor.copy(query) as copy:
            for block in copy:
                file.write(bytes(block))
    rows = sum(1 for _row in read_rows(path))
    if rows != expected:
        raise NotWhole(f"{model._meta.db_table}: {rows} av {expected} rader")
    return {"rader": rows, "sha256": digest(path)}


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a table as they were written."""
    csv.field_size_limit(sys.maxsize)
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def write_files(folder: Path) -> dict[str, Any]:
    """Every file that a row refers to. Raises NotWhole when one of them is not in the storage."""
    found: dict[str, str] = {}
    missing = []
    for model in exported():
        for field in columns_of(model):
            if isinstance(field, FileField):
                paths = model._default_manager.exclude(**{field.name: ""}).order_by("pk")
                for path in paths.values_list(field.name, flat=True).iterator():
                    if path and not default_storage.exists(path):
                        missing.append(f"{model._meta.db_table}.{field.column}")
                    elif path:
                        found[path] = copy_file(path, folder)
    if missing:
        raise NotWhole(f"{len(missing)} filer finnes ikke i lageret: {', '.join(sorted(set(missing)))}")
    return {"antall": len(found), "sha256": dict(sorted(found.items()))}


def copy_file(path: str, folder: Path) -> str:
    target = folder / path
    if not target.resolve().is_relative_to(folder.resolve()):
        raise NotWhole("En fil i lageret har et navn som peker ut av mappen.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with default_storage.open(path) as source, target.open("wb") as file:
        while block := source.read(BLOCK):
            file.write(block)
    return digest(target)


def digest(path: Path) -> str:
    found = sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def describe(folder: Path, manifest: dict[str, Any]) -> None:
    """What each table and column is, for whoever is to read the files."""
    with override("nb"):
        tables = [described(model) for model in exported()]
        page = render_to_string("schoolapp/whole_export.html", {"tables": tables, "manifest": manifest})
    (folder / "beskrivelse.html").write_text(page)
