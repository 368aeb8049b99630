"""«Lag rettet versjon» pressed many times at once, and what only looking leaves in the access log."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accessctl.models import AccessEvent
from documents import tasks
from documents.installing import install_types
from documents.models import Document
from tests.documents.conftest import finalise, make_draft
from tests.login import log_in
from tests.world import World, build_world

PRESSES = 12


@pytest.fixture
def committed_world(transactional_db) -> World:
    world = build_world()
    install_types()
    return world


def pressed_at_once(world: World, document: Document) -> list[tuple[int, str]]:
    """Status and address of each answer when many press at the same moment."""
    barrier, answers = threading.Barrier(PRESSES), []

    def press(client: Client) -> None:
        barrier.wait()
        answer = client.post(reverse("documents:correct", args=[document.uuid]))
        answers.append((answer.status_code, answer.headers.get("Location", "")))
        connection.close()

    clients = []
    for _n in range(PRESSES):
        client = Client(raise_request_exception=False)
        log_in(client, world.user("contact_teacher"))
        clients.append(client)
    threads = [threading.Thread(target=press, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_many_presses_at_once_lead_to_one_corrected_version(committed_world: World) -> None:
    world = committed_world
    teacher = world.user("contact_teacher")
    document = latest = make_draft(world)
    for version in (2, 3):
        finalise(latest, by=teacher)
        tasks.render(latest.pk)
        answers = pressed_at_once(world, document)
        latest = Document.objects.get(series=document.series, version=version)
        assert set(answers) == {(302, reverse("documents:edit", args=[latest.uuid]))}
        assert AccessEvent.objects.filter(action="correct").count() == version - 1


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_only_a_post_is_logged_as_saving(draft: Document, browser, method: str) -> None:
    client, url = browser("contact_teacher"), reverse("documents:edit", args=[draft.uuid])
    before = AccessEvent.objects.filter(object_id=draft.uuid, action="save_draft").count()
    getattr(client, method)(url)
    assert AccessEvent.objects.filter(object_id=draft.uuid, action="save_draft").count() == before
    assert AccessEvent.objects.filter(object_id=draft.uuid, action="open").exists() == (method != "options")
