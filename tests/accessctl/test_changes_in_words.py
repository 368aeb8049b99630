"""The change history says who got what, in Norwegian: names for keys, words for columns and jobs."""

import pytest
from django.urls import reverse

from accessctl.actions import give_grant
from accessctl.journal.changes import changes, label
from accessctl.journal.labels import COLUMNS, JOBS, job_name
from accessctl.journal.tracking import tracked
from accessctl.models import ChangeEvent, RoleAssignment
from accessctl.permissions import Permission
from people.models import Person
from schoolapp.celery import app
from staff.models import Employee
from tests.login import log_in

pytestmark = pytest.mark.django_db


def told(world, table: str, *, by: str = "officer", pupil: str = "") -> dict[str, str]:
    event = ChangeEvent.objects.filter(table_name=table).latest("pk")
    [change] = changes(world.user(by), [event], pupil=world.pupils[pupil].uuid if pupil else None)
    return {row.label: row.new or row.old for row in change.differences}


@pytest.fixture(autouse=True)
def officer(world):
    world.add_employee("officer", role="personvernombud")


def give(world, *, to: str, pupil: str) -> None:
    student = world.pupils[pupil]
    give_grant(world.users[to], Permission.VIEW_PUPIL, on=student, reason="Vikar", by=None)


def test_a_grant_names_the_right_the_user_and_the_pupil(world):
    give(world, to="subject_teacher", pupil="own")
    rows = told(world, "students_studentgrant", pupil="own")
    assert rows["Rettighet"] == str(Permission.VIEW_PUPIL.label)
    assert rows["Bruker"] == "Ansatt Subject_Teacher"
    assert rows["Gjelder"] == "Elev Own"


def test_the_protected_have_no_name(world):
    give(world, to="subject_teacher", pupil="protected")
    Person.objects.filter(pk=world.people["subject_teacher"].pk).update(protection="strict")
    rows = told(world, "students_studentgrant", pupil="protected")
    assert (rows["Gjelder"], rows["Bruker"]) == ("Skjermet elev", "Skjermet person")


def test_a_role_names_user_role_and_school(world):
    assignment = RoleAssignment.objects.get(user=world.users["principal"])
    RoleAssignment.objects.filter(pk=assignment.pk).delete()
    rows = told(world, "accessctl_roleassignment")
    assert (rows["Bruker"], rows["Rolle"], rows["Skole"]) == ("Ansatt Principal", "Rektor", "Skole A")


def test_every_column_has_a_norwegian_name():
    english = {
        f"{entry.model._meta.label}.{field.name}"
        for entry in tracked().values()
        for field in entry.model._meta.concrete_fields
        if field.name not in ("id", "uuid", "username", *COLUMNS)
        and field.column not in entry.ignored
        and field.related_model is None
        and label(entry, field.column) == field.name.replace("_", " ").capitalize()
    }
    assert english == set()


def test_every_job_has_words():
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert len(ours) > 5
    assert ours <= JOBS.keys()
    assert job_name("database: postgres") == "Direkte i databasen (postgres)"
    assert job_name("manage.py shell") == "Kommando i driften (shell)"
    assert job_name("Innlogging") == "Innlogging"


def test_the_history_in_the_console_has_names_too(client, world):
    log_in(client, world.user("municipal_admin"))
    employee = Employee.objects.get(person=world.people["principal"])
    page = client.get(reverse("admin:staff_employee_history", args=[employee.pk])).content.decode()
    assert "Ansatt Principal" in page
    assert f"Person: <ins>{employee.person_id}" not in page
