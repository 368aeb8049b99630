"""The change history: every write to what means something, however it is made, with who or what made it."""

import json

import pghistory
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from accessctl.journal.tracking import MASK, reasons_for_none, tracked, update_statement
from accessctl.models import ChangeEvent, RoleAssignment, School
from accessctl.tasks import look_for_alerts
from people.models import Address, NationalId, Person
from schoolapp.lib.logs import without_ids
from students.actions import leave_school
from students.models import Membership, Student
from tests.login import log_in


def last(table: str) -> ChangeEvent:
    return ChangeEvent.objects.filter(table_name=table).latest("pk")


def test_every_model_is_tracked_or_says_why_not():
    local = {path.name for path in settings.BASE_DIR.iterdir()}
    models = [model for model in apps.get_models() if model._meta.app_label in local]
    assert len(models) > 25
    decided = tracked().keys() | reasons_for_none().keys()
    logs = {model._meta.db_table for model in models if getattr(model, "append_only", False)}
    undecided = {model._meta.db_table for model in models} - decided - logs
    assert undecided == set(), "say in the app's journal.py whether it is tracked, or why not"
    assert all(len(reason) > 20 for reason in reasons_for_none().values())
    assert not tracked().keys() & reasons_for_none().keys()


def test_every_tracked_table_has_its_triggers(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger WHERE tgname LIKE %s GROUP BY 1",
            ["pgtrigger_history%"],
        )
        found = dict(cursor.fetchall())
    assert found == dict.fromkeys(tracked(), 3)


@pytest.mark.parametrize("way", ["save", "update", "bulk_update", "raw"])
def test_a_change_is_kept_with_old_and_new_however_it_is_made(world, way):
    person = world.people["own"]
    match way:
        case "save":
            person.family_name = "Ny"
            person.save()
        case "update":
            Person.objects.filter(pk=person.pk).update(family_name="Ny")
        case "bulk_update":
            person.family_name = "Ny"
            Person.objects.bulk_update([person], ["family_name"])
        case "raw":
            with connection.cursor() as cursor:
                cursor.execute("UPDATE people_person SET family_name = 'Ny' WHERE id = %s", [person.pk])
    change = last("people_person")
    assert (change.operation, change.row_id, change.person_id) == ("U", person.pk, person.pk)
    assert (change.old, change.new) == ({"family_name": "Own"}, {"family_name": "Ny"})


def test_rows_added_and_removed_are_kept_whole(world):
    Membership.objects.bulk_create(
        Membership(student=world.pupils[key], group=world.groups["8A"], is_home_class=False, valid_from="2026-08-01")
        for key in ("own", "classmate")
    )
    rows = ChangeEvent.objects.filter(table_name="students_membership", operation="I")
    assert {row.pupil_id for row in rows} == {world.pupils["own"].pk, world.pupils["classmate"].pk}
    Membership.objects.filter(group=world.groups["8A"], is_home_class=False).delete()
    assert last("students_membership").old["valid_from"] == "2026-08-01"


def test_a_row_written_back_unchanged_leaves_nothing(world):
    before = ChangeEvent.objects.count()
    world.people["own"].save()
    assert ChangeEvent.objects.count() == before


def test_many_rows_at_once_are_compared_by_hash_even_if_the_plan_was_made_for_one(world):
    """A trigger's plan is kept with the connection. A nested loop made for one row takes minutes for ten thousand."""
    statement = update_statement(tracked()["people_person"]).split("RETURN NULL")[0].strip().rstrip(";")
    with connection.cursor() as cursor:
        for table in ("old_rows", "new_rows"):
            cursor.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM people_person LIMIT 1")
            cursor.execute(f"ANALYZE {table}")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        plan = json.dumps(cursor.fetchone()[0])
    assert '"Join Type": "Full"' in plan, "old rows and new rows may be joined by a nested loop"


def test_a_change_names_the_user_and_the_request(client, world):
    log_in(client, world.user("municipal_admin"))
    page = reverse("admin:accessctl_school_change", args=[world.school_a.pk])
    form = client.get(page).context["adminform"].form
    data = {name: form.initial.get(name) or "" for name in form.fields}
    response = client.post(page, data | {"phone": "55 55 55 55"})
    assert response.status_code == 302
    change = last("accessctl_school")
    assert (change.user_id, change.job) == (world.users["municipal_admin"].pk, "")
    assert str(change.request_id) == response["X-Request-ID"]
    assert change.new == {"phone": "55 55 55 55"}


def test_a_change_outside_requests_names_the_job_or_the_database_user(world):
    with pghistory.context(job="manage.py flytt"):
        leave_school(world.pupils["own"], state="moved_out", by=None)
    assert last("students_student").job == "manage.py flytt"
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pghistory.context_metadata', '', true)")
    Student.objects.filter(pk=world.pupils["own"].pk).update(grade_level=6)
    assert last("students_student").job.startswith("database: ")


def test_a_task_is_named(world, monkeypatch):
    def change() -> None:
        School.objects.filter(pk=world.school_a.pk).update(phone="1")

    monkeypatch.setattr("accessctl.journal.alerts.look_for_many", change)
    look_for_alerts.apply()
    assert last("accessctl_school").job == "accessctl.tasks.look_for_alerts"


def test_no_national_id_and_no_text_of_a_document_is_in_the_history(world):
    world.add_document("own")
    NationalId.objects.filter(person=world.people["own"]).update(number="12345678901")
    NationalId.objects.filter(person=world.people["own"]).delete()
    world.add_person("Ny", "Person", born=world.people["own"].birth_date)
    rows = [json.dumps([row.old, row.new]) for row in ChangeEvent.objects.all()]
    assert len(rows) > 10
    assert [row for row in rows if without_ids(row) != row] == []
    document = last("documents_document")
    assert "<p>Hei.</p>" not in json.dumps(document.new)
    assert document.new["frozen_html"] == MASK
    assert last("people_nationalid").new["number"] == MASK


def test_the_history_is_append_only(world):
    Address.objects.update(city="Ny")
    with pytest.raises(Exception, match="append-only"):
        ChangeEvent.objects.all().update(job="x")


def test_laying_the_triggers_again_changes_nothing(db):
    call_command("pgtrigger", "install")
    assert RoleAssignment._meta.db_table in tracked()
