"""A worker that speaks Fiks Arkiv is killed before each thing it does, and again and again; each document goes once."""

import random
from collections import Counter
from itertools import count

import pytest

from archive import actions, connectors, inbox, log, worker
from archive.models import ArchiveRun, Delivery, FiksReply
from sandbox.fiks.server import FiksServer
from tests.archive.fiks_server import fiks_served, pass_time, pump, time_goes_by
from tests.archive.parts import make_record, make_school, queue
from tests.faults import dying
from tests.faults.parts import ARCHIVE, Workers, workers_at

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
DOCUMENTS, FOLDERS, KILLS, SEED = 8, 4, 15, 20261122
OPPRETT = "arkivmelding.opprett"


@pytest.fixture
def fiks(settings, tmp_path):
    with fiks_served(settings, tmp_path) as server:
        yield server


def start() -> None:
    actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)


def assert_exactly_once(server: FiksServer, number: int, folders: int) -> None:
    """The practice archive keeps what it is sent twice as two, and each message that makes something was sent once."""
    assert Counter(Delivery.objects.values_list("state", flat=True)) == {"archived": number}
    keys = Counter(entry.key for entry in server.fiks.archive.entries)
    assert keys == dict.fromkeys(Delivery.objects.values_list("external_key", flat=True), 1)
    making = [xml for kind, xml in server.fiks.archive.messages if kind.endswith(OPPRETT)]
    assert len(making) == number and sum(b"<mappe" in xml for xml in making) == folders
    assert len(server.fiks.archive.folders) == folders
    numbers = set(Delivery.objects.values_list("journal_year", "journal_number"))
    assert len(numbers) == number and (None, None) not in numbers
    assert not FiksReply.objects.filter(applied_at=None).exists()
    assert sum(ArchiveRun.objects.values_list("archived", flat=True)) == number


def turns_until_rest(workers: Workers, server: FiksServer, dies_before: int) -> bool:
    """One worker after another, with the post between them, until one dies or there is no more to do."""
    died = workers.work(dies_before)
    while not died and pump(server):
        died = workers.work()
    pump(server)  # what was answered to the one that died
    return died


def test_killed_before_each_thing_it_does(fiks, caplog):
    """From the first claim, over question, message and receipt, to the end: another document for each moment."""
    school = make_school()
    with workers_at(dying.archive, ARCHIVE) as workers:
        for moment in count(1):
            key = f"dok:{moment}:v1"
            queue(make_record(key, folder=f"elevmappe:{moment}"), school)
            start()
            died = turns_until_rest(workers, fiks, moment)
            delivery = Delivery.objects.get(external_key=key)
            there = [entry.key for entry in fiks.fiks.archive.entries]
            assert delivery.state != "archived" or there.count(key) == 1, moment
            was_claimed = delivery.state == "claimed"
            caplog.clear()
            pass_time(fiks, minutes=11)
            delivery.refresh_from_db()
            assert (delivery.state, delivery.run.archived) == ("archived", 1), moment
            told = [line for line in caplog.messages if "was interrupted" in line]
            assert len(told) == was_claimed and all(str(delivery.uuid) in line for line in told), moment
            if not died:
                break
    assert moment > 25, "it was killed between the messages too"
    assert_exactly_once(fiks, moment, moment)
    assert log.headline(Delivery.objects.all())[-1].endswith(": 1 dokument, 0 feilet.")


def test_killed_again_and_again_in_a_run_of_documents_that_share_folders(fiks):
    chance, kills, school = random.Random(SEED), 0, make_school()
    for number in range(DOCUMENTS):
        queue(make_record(f"dok:{number}:v1", folder=f"elevmappe:{number % FOLDERS + 1}"), school)
    start()
    with workers_at(dying.archive, ARCHIVE) as workers:
        while kills < KILLS:
            assert turns_until_rest(workers, fiks, chance.randint(1, 16)), "all is done before it was killed so often"
            kills += 1
            for parked in Delivery.objects.filter(state="parked"):
                assert parked.failure == "crashed"
                actions.set_ready(parked, by=None)
                start()
            time_goes_by(minutes=11)
    while Delivery.objects.exclude(state="archived").exists():
        pass_time(fiks, minutes=11)
    assert_exactly_once(fiks, DOCUMENTS, FOLDERS)


def test_a_consumer_killed_before_it_acknowledges_gets_the_message_again(fiks):
    """Each reply is a row before it is acknowledged; the same message again is the same row, and counts once."""
    school = make_school()
    queue(make_record("dok:1:v1"), school)
    start()
    here = connectors.connect()
    while worker.work(seconds=240, connector=here) or fiks.fiks.waiting:
        for message in list(fiks.fiks.waiting):
            for _ in range(2):  # killed after the row was committed: the broker delivers it again
                inbox.receive(message.headers, message.body)
        rows = FiksReply.objects.count()
        inbox.apply_new()
        pump(fiks)
        assert FiksReply.objects.count() == rows
    assert_exactly_once(fiks, 1, 1)
