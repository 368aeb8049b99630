"""Pages with nothing on them say something true to the one who is looking."""

import pytest
from django.test import Client

from archive.models import Peer
from students.models import Group, Membership
from tests.login import log_in
from tests.world import World


@pytest.fixture
def sfo_worker(world: World) -> Client:
    base = world.add_group("Base 1", world.school_a, 5, Group.Kind.SFO_GROUP)
    start = world.groups["5A"].memberships.first().valid_from
    Membership.objects.create(student=world.pupils["own"], group=base, is_home_class=False, valid_from=start)
    worker = world.add_employee("sfo_worker", role="sfo_ansatt", schools=(world.school_a,))
    world.add_staffing(worker, base, "assistant")
    return client_of(world, "sfo_worker")


def client_of(world: World, name: str) -> Client:
    client = Client()
    log_in(client, world.user(name))
    return client


def test_those_who_work_in_sfo_find_their_groups_and_no_word_of_the_archive(sfo_worker):
    text = sfo_worker.get("/i-dag/").content.decode()
    assert "Dine grupper" in text and "Dine klasser" not in text
    assert "Base 1" in text and "1 elev" in text
    assert "Alt er gjort" in text and "kom fram til arkivet" not in text


def test_those_who_run_the_archive_and_have_classes_are_told_of_those(world, monkeypatch):
    monkeypatch.setattr("schools.wheel.duties._duties", {})
    assert "kom fram til arkivet" in client_of(world, "school_admin").get("/i-dag/").content.decode()
    assert "Dine klasser" in client_of(world, "contact_teacher").get("/i-dag/").content.decode()


def test_a_connection_that_was_never_tried_is_not_a_nought(world):
    admin = client_of(world, "municipal_admin")

    def line() -> str:
        text = admin.get("/administrasjon/").content.decode()
        return text[text.index("Forbindelsen til arkivet") :].split("</li>")[0]

    assert "Ikke prøvd ennå" in line() and '<span class="num' not in line()
    assert "Ikke prøvd ennå" in admin.get("/administrasjon/archive/peer/").content.decode()
    Peer.objects.create(name="elements")
    assert "Om arkivsystemet svarer" in line() and ">1</span>" in line()
