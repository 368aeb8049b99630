"""The consumer against a real RabbitMQ: what comes is a row before it is acknowledged; nothing is lost."""

import logging
from uuid import UUID

import pika
import pytest
from django.db import OperationalError

from archive import actions, inbox, worker
from archive.consumer import Consumer
from archive.models import ArchiveRun, FiksReply
from sandbox.fiks.broker import program, running_broker
from sandbox.fiks.server import TOKEN, Message
from tests.archive import fiks_server
from tests.archive.fiks_server import OURS, states
from tests.archive.parts import let_time_pass, make_record, queue

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(program() is None, reason="rabbitmq-server is not installed (Debian: rabbitmq-server)"),
]
USER, PASSWORD = "99999999-9999-4999-8999-000000000009", "hemmelig-passord"
MOST_ROUNDS = 200


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    with running_broker(tmp_path_factory.mktemp("rabbitmq"), USER, f"{PASSWORD} {TOKEN}") as running:
        yield running


@pytest.fixture
def server(broker, settings, monkeypatch, db):
    broker.declare(OURS)
    monkeypatch.setattr("archive.consumer.LISTENS_FOR", 0.05)
    with fiks_server.running_fiks(publish=broker.publish) as running:
        fiks_server.lead_to(running, settings, monkeypatch)
        settings.FIKS_IO = settings.FIKS_IO | {"amqp_url": broker.url}
        fiks_server.choose()
        yield running


def listen(until, **hooks) -> Consumer:
    """Listen in this thread until something is so."""
    rounds = iter(range(MOST_ROUNDS))
    consumer = Consumer(UUID(OURS), is_over=lambda: until() or next(rounds, None) is None)
    consumer.pause = lambda _seconds: None
    for name, hook in hooks.items():
        setattr(consumer, name, hook)
    consumer.run()
    assert until()
    return consumer


def publish(broker, number: int, body: bytes = b"") -> None:
    headers = {"melding-id": str(UUID(int=number)), "type": "no.ks.fiks.arkiv.v9.noe.nytt"}
    broker.publish(Message(OURS, headers, body))


def received(count: int):
    return lambda: FiksReply.objects.count() >= count


def test_document_is_archived_by_what_the_consumer_brings(broker, server, school):
    queue(make_record("dok:1:v1"), school)
    actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)
    for count in (1, 3):
        worker.work(seconds=240)
        listen(received(count))
    worker.work(seconds=240)
    assert states() == ["archived"]
    assert broker.left(OURS) == 0


def test_killed_between_commit_and_acknowledgement(broker, server, monkeypatch):
    publish(broker, 1)
    real, kills = pika.adapters.blocking_connection.BlockingChannel.basic_ack, []

    def killed(channel, tag) -> None:
        if not kills:
            kills.append(FiksReply.objects.count())
            raise pika.exceptions.ConnectionClosed(0, "killed")
        kills.append(tag)
        real(channel, tag)

    monkeypatch.setattr(pika.adapters.blocking_connection.BlockingChannel, "basic_ack", killed)
    listen(lambda: len(kills) == 2)
    assert kills[0] == 1
    assert FiksReply.objects.count() == 1
    assert broker.left(OURS) == 0


def test_database_away_leaves_the_message_with_fiks(broker, server, monkeypatch):
    publish(broker, 1)
    real, away = inbox.receive, [True, True]

    def receive(headers, body):
        if away:
            away.pop()
            raise OperationalError("away")
        return real(headers, body)

    monkeypatch.setattr(inbox, "receive", receive)
    listen(received(1))
    assert (away, broker.left(OURS)) == ([], 0)


@pytest.mark.parametrize("body", [b"", b"tull", b"\0" * 100], ids=["empty", "nonsense", "zeros"])
def test_what_cannot_be_read_is_kept_and_does_not_block_the_rest(broker, server, body, monkeypatch):
    broker.publish(Message(OURS, {"type": "x" * 500, "melding-id": "tull"}, body))
    publish(broker, 2)
    listen(received(2))
    assert broker.left(OURS) == 0


def test_same_message_twice_is_one_row(broker, server):
    for number in (1, 1, 2):
        publish(broker, number)
    listen(lambda: received(2)() and broker.left(OURS) == 0)
    assert FiksReply.objects.count() == 2


def test_wrong_password_is_tried_again(broker, server, settings):
    publish(broker, 1)
    right = settings.FIKS_IO
    settings.FIKS_IO = right | {"integration_password": "feil"}

    def mend(_seconds: float) -> None:
        settings.FIKS_IO = right

    listen(received(1), pause=mend)


def test_broker_gone_and_back(broker, server, school):
    queue(make_record("dok:1:v1"), school)
    actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)
    worker.work(seconds=240)
    pauses: list[float] = []

    def start_again(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            broker.start()

    broker.stop()
    listen(received(1), pause=start_again)
    assert pauses[:2] == [1.0, 2.0]
    worker.work(seconds=240)
    listen(received(3))
    let_time_pass(seconds=1)
    worker.work(seconds=240)
    assert states() == ["archived"]
