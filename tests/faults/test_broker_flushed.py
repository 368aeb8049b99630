"""The broker is emptied while documents, letters and deliveries wait in it: the rows are there, and the sweepers ring.

A real Redis, under a prefix of this test's own.
"""

from collections.abc import Iterator
from uuid import uuid4

import pytest
import redis
from celery import current_app
from django.conf import settings as configured
from kombu import Queue

from archive import actions, log
from archive import tasks as archive_tasks
from archive.models import ArchiveRun, Delivery
from documents import actions as documents
from documents import tasks as document_tasks
from documents.installing import install_types
from documents.models import Document
from messaging import tasks as letter_tasks
from messaging.models import Dispatch
from tests.archive.parts import addresses, keys_archived, make_record, make_school, queue, running_elements
from tests.documents.conftest import make_draft
from tests.messaging.parts import give_address, running_svarut
from tests.messaging.parts import queue as queue_letter

pytestmark = pytest.mark.django_db(transaction=True)


class Broker:
    def __init__(self, line, prefix: str) -> None:
        self.line, self.prefix = line, prefix
        self.redis = redis.Redis.from_url(configured.CELERY_BROKER_URL)

    def keys(self) -> list[bytes]:
        return list(self.redis.scan_iter(f"{self.prefix}*"))

    def flush(self) -> None:
        """All that was in it is gone."""
        for key in self.keys():
            self.redis.delete(key)
        assert self.keys() == []

    def waiting(self, queue: str) -> list[str]:
        """The tasks that wait in a queue; they are taken out of it."""
        found, source = [], Queue(queue)(self.line.default_channel)
        while (message := source.get(no_ack=True)) is not None:
            found.append(str(message.headers["task"]))
        return found


@pytest.fixture
def broker(monkeypatch) -> Iterator[Broker]:
    prefix = f"test-{uuid4()}:"
    with current_app.connection_for_write(transport_options={"global_keyprefix": prefix}) as line:
        own, send = Broker(line, prefix), current_app.send_task

        def send_here(name: str, *arguments, **options):
            return send(name, *arguments, **options | {"connection": line})

        monkeypatch.setattr(current_app._get_current_object(), "send_task", send_here)
        yield own
        own.flush()
        own.redis.close()


def test_nothing_is_lost_of_an_archive_run(broker, settings):
    school = make_school()
    with running_elements() as elements:
        settings.NCORE = addresses(elements)
        for number in range(3):
            queue(make_record(f"dok:{number}:v1", folder=f"elevmappe:{number + 1}"), school)
        actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)
        assert broker.keys(), "the bells are in the broker"
        broker.flush()
        archive_tasks.sweep()
        rung = broker.waiting("archive")
        assert rung == ["archive.tasks.work"] * 3
        for name in rung:
            current_app.tasks[name]()
        assert keys_archived(elements) == [f"dok:{number}:v1" for number in range(3)]
    assert set(Delivery.objects.values_list("state", "attempt")) == {("archived", 1)}
    assert log.headline(Delivery.objects.all())[-1].endswith(": 3 dokumenter, 0 feilet.")


def test_nothing_is_lost_of_the_letters(broker, settings, world):
    settings.SVARUT_REGRET_MINUTES = 0
    give_address(world.people["guardian"])
    with running_svarut(settings) as svarut:
        for number in range(3):
            queue_letter(world, f"dok:{number}:v1:a")
        assert broker.keys(), "the bells are in the broker"
        broker.flush()
        letter_tasks.sweep()
        rung = broker.waiting("letters")
        assert rung == ["messaging.tasks.work"] * 3
        for name in rung:
            current_app.tasks[name]()
        assert len(svarut.store.sendings) == 3
    assert set(Dispatch.objects.values_list("state", "attempt")) == {("sent", 1)}


def test_nothing_is_lost_of_what_waits_to_be_printed(broker, world):
    install_types()
    draft, author = make_draft(world), world.user("contact_teacher")
    documents.finalise(draft, revision=draft.revision, role="kontaktlærer", method="ID-porten", by=author)
    assert broker.keys(), "the bell is in the broker"
    broker.flush()
    document_tasks.sweep()
    assert broker.waiting("pdf") == ["documents.tasks.render"]
    document_tasks.render(draft.pk)
    document_tasks.sweep()
    assert broker.waiting("pdf") == [], "it is made, and nobody is waked again"
    assert Document.objects.get(pk=draft.pk).state == Document.State.FINALISED
    assert Delivery.objects.count() == 1


def test_the_sweepers_ring_by_themselves():
    """What saves a flushed broker is rung for by the clock, at least once a minute."""
    swept = {entry["task"]: entry["schedule"] for entry in configured.CELERY_BEAT_SCHEDULE.values()}
    for task in (
        "archive.tasks.sweep",
        "messaging.tasks.sweep",
        "documents.tasks.sweep",
        "documents.tasks.sweep_batches",
    ):
        assert swept[task] <= 60, task
