"""Runs of the population register that do not end well: the screen says so, and what to do; none stands for ever."""

import json
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from guardians.models import StagedPerson
from guardians.register import run as runs
from guardians.register import work
from people.models import Address, RegisterImport
from schoolapp.lib import clock
from tests.login import log_in
from tests.people.register_file import CHILD, family, road


@pytest.fixture
def admin(client, world, settings):
    settings.SYNTHETIC_IDS_ALLOWED, settings.REGISTER_STOP_PERCENT = True, 1000
    log_in(client, world.user("municipal_admin"))
    return client


def upload(client, content: bytes, name: str = "oppvekst.json") -> RegisterImport:
    file = SimpleUploadedFile(name, content, content_type="application/json")
    client.post(reverse("guardians:register_upload"), {"file": file})
    return RegisterImport.objects.latest("pk")


def page_of(client, run: RegisterImport) -> str:
    return client.get(reverse("guardians:register_run", args=[run.uuid])).content.decode()


def fail_on(words: str):
    """Every statement with these words fails, with something secret in the error."""

    def wrapper(execute, sql, *arguments):
        if words in str(sql):
            raise RuntimeError(f"{CHILD} hemmelig")
        return execute(sql, *arguments)

    return connection.execute_wrapper(wrapper)


def try_again_until_it_ends(run: RegisterImport, time_machine) -> int:
    """As the sweeper does. Gives the minutes until the run is given up."""
    begun = clock.now()
    for minute in range(120):
        time_machine.move_to(begun + timedelta(minutes=minute), tick=False)
        work.work(seconds=30)
        run.refresh_from_db()
        if not run.is_moving:
            return minute
    return 120


def test_a_run_that_fails_while_it_is_read_is_given_up_in_minutes(admin, time_machine):
    run = upload(admin, json.dumps(family()).encode())
    path = run.file
    with fail_on("CREATE TEMP TABLE read_person"):
        work.work(seconds=30)
        run.refresh_from_db()
        assert run.state == "reading" and "Det prøves igjen av seg selv kl." in page_of(admin, run)
        assert 2 <= try_again_until_it_ends(run, time_machine) <= 15
    text = page_of(admin, run)
    assert run.state == "cancelled" and not default_storage.exists(path) and run.file == ""
    assert "Innlesingen er avbrutt." in text and "Ingenting er endret." in text and "teknisk feil" in text
    assert "meld fra til dem som drifter" in text and "every 2s" not in text
    assert "hemmelig" not in text and CHILD not in text


def test_a_run_that_fails_while_it_is_written_is_given_up_and_what_is_written_stands(admin, time_machine, monkeypatch):
    # A small run is written in one transaction; this one in two.
    monkeypatch.setattr(runs, "CHILDREN_AT_A_TIME", 1)
    run = upload(admin, json.dumps(family()).encode())
    work.work(seconds=30)
    admin.post(reverse("guardians:register_confirm", args=[run.uuid]))
    with fail_on("CREATE TEMP TABLE children"):
        assert try_again_until_it_ends(run, time_machine) <= 15
    text = page_of(admin, run)
    assert run.state == "cancelled" and "Det som var skrevet, står." in text and "teknisk feil" in text
    assert Address.objects.filter(person__national_ids__number=CHILD).exists() and not StagedPerson.objects.exists()
    again = upload(admin, json.dumps(family()).encode())
    work.work(seconds=30)
    admin.post(reverse("guardians:register_confirm", args=[again.uuid]))
    work.work(seconds=30)
    again.refresh_from_db()
    assert again.state == "done" and Address.objects.filter(person__national_ids__number=CHILD).count() == 1


def test_a_refused_run_shows_the_refusal_and_the_way_on_and_nothing_else(admin):
    broken = [*family(), *family(adressebeskyttelse=7, bostedsadresse=road("Annen"))]
    run = upload(admin, json.dumps(broken, indent=1).encode(), "Oppvekst mai.json")
    work.work(seconds=30)
    text = page_of(admin, run)
    assert "post 2, feltet «adressebeskyttelse»): skal være tekst" in text and "$[" not in text
    assert "Rett filen" in text and "#fil" in text and "Oppvekst mai.json" in text
    assert "Ingen her" not in text and 'name="sok"' not in text and "?hva=" not in text


def test_the_list_tells_the_files_apart_without_a_number_in_their_names(admin):
    for name in ("mai.json", "juni 22041512345.json", "x" * 150 + "slutt.json"):
        upload(admin, json.dumps(family()).encode(), name)
    text = admin.get(reverse("guardians:register")).content.decode()
    assert "mai.json" in text and "juni ….json" in text and "slutt.json" in text and "22041512345" not in text


def test_a_peer_that_never_answers_is_given_up_after_hours(world, time_machine):
    run = RegisterImport.objects.create(source="manual", state="reading")
    begun = clock.now()
    while run.is_moving:
        work.postpone(run, seconds=1)
        run.refresh_from_db()
        time_machine.move_to(run.next_at, tick=False)
    assert timedelta(hours=1) < run.next_at - begun < timedelta(hours=3)
    assert run.state == "cancelled" and "KS Fiks svarte ikke" in run.refusal and "Prøv igjen senere" in run.refusal
