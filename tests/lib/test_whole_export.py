"""The municipality's own export: every table or a reason, every row, every file, and no secrets."""

import json
import re

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from accessctl import wall
from documents.models import Document
from schoolapp.management.whole_export import (
    LEFT_OUT,
    LEFT_OUT_COLUMNS,
    columns_of,
    described,
    digest,
    export,
    exported,
    read_rows,
)
from students.models import Student

# Words of columns that might hold a key; each is left out, or is here because it opens nothing.
SECRET = re.compile(r"password|secret|token|session|digest|_key|apikey|credential", re.IGNORECASE)
OPENS_NOTHING = {("archive_delivery", "external_key"), ("accessctl_logseal", "digests")}


def test_every_table_is_exported_or_named_with_a_reason():
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert set(LEFT_OUT) <= tables, "these are named, but there is no such table"
    assert tables - set(LEFT_OUT) == {model._meta.db_table for model in exported()}
    assert all(reason.endswith(".") for reason in (*LEFT_OUT.values(), *LEFT_OUT_COLUMNS.values()))
    columns = {(model._meta.db_table, field.column) for model in apps.get_models() for field in model._meta.fields}
    assert set(LEFT_OUT_COLUMNS) <= columns


def test_every_table_of_the_database_is_known(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = {row[0] for row in cursor.fetchall()}
    known = {model._meta.db_table for model in exported()} | set(LEFT_OUT) | {"django_migrations"}
    assert tables <= known, "say whether these are exported"


def test_no_column_that_sounds_like_a_key_is_exported():
    found = {
        (model._meta.db_table, field.column)
        for model in exported()
        for field in columns_of(model)
        if SECRET.search(field.column)
    }
    assert found == OPENS_NOTHING, "leave it out, or say that it opens nothing"


def test_everything_is_there_and_nothing_else(world, tmp_path):
    document, _delivery = world.add_document("protected")
    manifest = export(tmp_path / "ut")
    for model in exported():
        with wall.lifted("count"):
            expected = model._base_manager.count()
        told = manifest["tabeller"][model._meta.db_table]
        path = tmp_path / "ut" / "tabeller" / f"{model._meta.db_table}.csv"
        if model._meta.db_table != "accessctl_accessevent":
            assert told["rader"] == expected
        assert told["sha256"] == digest(path)
    pupils = {row["uuid"] for row in read_rows(tmp_path / "ut" / "tabeller" / "students_student.csv")}
    assert pupils == {str(uuid) for uuid in Student.objects.values_list("uuid", flat=True)}
    assert str(world.pupils["protected"].uuid) in pupils
    assert (tmp_path / "ut" / "filer" / document.pdf.name).read_bytes() == b"%PDF-1.4 brev om protected"
    assert manifest["filer"]["antall"] == 2
    assert json.loads((tmp_path / "ut" / "innhold.json").read_text()) == manifest
    assert not (tmp_path / "ut" / "tabeller" / "django_session.csv").exists()
    assert (tmp_path / "ut").stat().st_mode & 0o077 == 0


def test_each_column_is_described(world, tmp_path):
    export(tmp_path / "ut")
    page = (tmp_path / "ut" / "beskrivelse.html").read_text()
    for model in exported():
        assert f'id="{model._meta.db_table}"' in page
        for column in described(model).columns:
            assert column.text
            assert f"<td>{column.name}</td>" in page


def test_a_file_that_is_gone_makes_no_export(world, tmp_path):
    document, _delivery = world.add_document("own")
    default_storage.delete(document.pdf.name)
    with pytest.raises(CommandError, match="1 filer finnes ikke"):
        call_command("export_municipality", str(tmp_path / "ut"))
    assert not (tmp_path / "ut" / "innhold.json").exists()
    assert Document.objects.count() == 1


def test_a_folder_with_something_in_it_is_left_alone(world, tmp_path):
    (tmp_path / "mitt.txt").write_text("mitt")
    with pytest.raises(CommandError, match="ikke tom"):
        call_command("export_municipality", str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["mitt.txt"]


def test_only_the_owner_takes_it_out(world, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {wall.WORKER}")
        with pytest.raises(CommandError, match="eier ikke"):
            call_command("export_municipality", str(tmp_path / "ut"))
        cursor.execute("RESET ROLE")
    assert not (tmp_path / "ut").exists()
