"""Gruppeoversikter: every class of every school of a team, once, in the school's own folder, and nobody protected."""

import threading

import pytest
from django.core.files.storage import default_storage
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accessctl.models import AccessEvent
from archive import folder_actions
from archive.models import Delivery
from documents import group_overviews, tasks
from documents.installing import install_types
from documents.models import SchoolDocument
from people.models import Protection
from schoolapp.lib.pdf.identify import approved_pdf
from tests.login import log_in
from tests.roles import as_worker

pytestmark = pytest.mark.django_db
State = SchoolDocument.State


@pytest.fixture
def ready(world):
    """The type is there, and both schools have an open folder with its group."""
    install_types()
    for school in (world.school_a, world.school_b):
        school.archive_settings.access_group = "SKOLE"
        school.archive_settings.save()
        folder_actions.open_school_folder(school, year=world.year.starts_on.year, by=None)
    return world


def asked(world, *schools) -> list[SchoolDocument]:
    return group_overviews.ask_for(schools, year=world.year.starts_on.year, by=world.users["municipal_admin"])


def text_of(row: SchoolDocument) -> str:
    with row.pdf.open("rb") as file:
        return "\n".join(page.extract_text() for page in PdfReader(file).pages)


def test_it_is_made_frozen_and_queued_to_the_folder_of_the_year(ready):
    [row] = asked(ready, ready.school_a)
    with as_worker():
        tasks.make_school_document(row.pk)
    row.refresh_from_db()
    assert row.state == State.FINALISED
    assert (row.delivery.state, row.delivery.about) == (Delivery.State.READY, None), row.delivery.failure_text
    assert row.delivery.folder.key == f"skolemappe:{ready.school_a.uuid}:{row.year}"
    with row.pdf.open("rb") as file:
        assert approved_pdf(file.read())
    with pytest.raises(ProgrammingError, match="does not change"), transaction.atomic():
        SchoolDocument.objects.filter(pk=row.pk).update(sha256="x")


def test_it_has_every_class_and_nobody_protected_nor_a_sign_of_them(ready):
    [row] = asked(ready, ready.school_a)
    before, pupils = group_overviews.html_of(row, ready.year.starts_on)
    assert "5A" in before and "5B" in before
    assert ready.pupils["own"].person.full_name in before
    hidden = ready.pupils["protected"].person.full_name
    assert hidden not in before
    assert ready.pupils["own"].uuid in pupils and ready.pupils["protected"].uuid not in pupils
    assert len(pupils) == before.count("<li>") == ready.pupils["own"].school.students.filter(is_protected=False).count()
    tasks.make_school_document(row.pk)
    row.refresh_from_db()
    assert hidden not in text_of(row)


def test_a_team_makes_them_for_its_schools_once_and_again_as_a_new_version(ready, monkeypatch):
    monkeypatch.setattr(group_overviews, "ring", lambda pk: False)
    client = Client()
    log_in(client, ready.user("municipal_admin"))
    url = reverse("documents:overviews")
    for _ in range(2):
        client.post(url, {"team": "barneskole"})
    assert [row.school for row in SchoolDocument.objects.all()] == [ready.school_a]
    page = client.get(url)
    assert (page.context["done"], page.context["left"], page.context["total"]) == (0, 1, 1)
    for row in SchoolDocument.objects.due():
        tasks.make_school_document(row.pk)
    assert "1 av 1 er laget." in client.get(url).content.decode()
    client.post(url, {"skole": str(ready.school_a.uuid)})
    assert sorted(SchoolDocument.objects.values_list("version", flat=True)) == [1, 2]


def test_without_a_folder_it_is_made_and_stands_with_the_reason(world):
    install_types()
    [row] = asked(world, world.school_a)
    tasks.make_school_document(row.pk)
    row.refresh_from_db()
    assert row.state == State.FINALISED
    assert row.delivery.failure_text == "Skolen har ingen skolemappe for skoleåret. Opprett den først."


def test_a_full_disk_leaves_nothing_half_done_and_is_tried_again(ready, monkeypatch, caplog):
    [row] = asked(ready, ready.school_a)

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "save", full)
        tasks.make_school_document(row.pk)
    row.refresh_from_db()
    assert (row.state, row.error, row.pdf.name, Delivery.objects.count()) == (State.RENDERING, "storage", "", 0)
    assert "cannot be stored" in caplog.text
    tasks.make_school_document(row.pk)
    row.refresh_from_db()
    assert row.state == State.FINALISED
    assert Delivery.objects.count() == 1


def test_those_of_other_schools_do_not_exist(ready):
    [row] = asked(ready, ready.school_b)
    tasks.make_school_document(row.pk)
    client = Client()
    log_in(client, ready.user("school_admin"))
    url = reverse("documents:overview_pdf", args=[row.uuid])
    assert client.get(url).status_code == 404
    client.post(reverse("documents:overviews"), {"skole": str(ready.school_b.uuid)})
    assert SchoolDocument.objects.count() == 1


def test_whoever_takes_it_out_leaves_a_line_for_everybody_in_it_until_somebody_is_protected(ready):
    [row] = asked(ready, ready.school_a)
    tasks.make_school_document(row.pk)
    client = Client()
    log_in(client, ready.user("school_admin"))
    url = reverse("documents:overview_pdf", args=[row.uuid])
    assert client.get(url).status_code == 200
    lines = AccessEvent.objects.filter(action="download", about__isnull=False)
    row.refresh_from_db()
    assert set(lines.values_list("about", flat=True)) == set(row.pupils) > {ready.pupils["own"].uuid}
    person = ready.pupils["own"].person
    person.protection = Protection.STRICT
    person.save()
    before = lines.count()
    assert client.get(url)["Location"] == reverse("documents:overviews")
    assert lines.count() == before


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_get_one_overview(ready, monkeypatch):
    monkeypatch.setattr(group_overviews, "ring", lambda pk: False)
    barrier, made = threading.Barrier(3), []

    def ask() -> None:
        barrier.wait()
        try:
            made.append(len(asked(ready, ready.school_a, ready.school_b)))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [0, 0, 2]
    assert list(SchoolDocument.objects.values_list("version", flat=True)) == [1, 1]
