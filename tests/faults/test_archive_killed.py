"""The worker is killed before each thing it does, and again and again in a run; every document is archived once."""

import random
from collections import Counter
from itertools import count

import pytest

from archive import actions, connectors, log, worker
from archive.models import ArchiveRun, Delivery
from tests.archive.parts import (
    addresses,
    keys_archived,
    let_time_pass,
    make_record,
    make_school,
    queue,
    running_elements,
)
from tests.faults import dying
from tests.faults.parts import ARCHIVE, workers_at

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
DOCUMENTS, FOLDERS, KILLS, SEED = 12, 5, 15, 20261122


@pytest.fixture
def elements(settings):
    with running_elements() as server:
        settings.NCORE = addresses(server)
        settings.ARCHIVE_CLIENT_TIMEOUT = 60
        yield server


def start() -> None:
    actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)


def queue_many(number: int, folders: int) -> None:
    school = make_school()
    for index in range(number):
        queue(make_record(f"dok:{index}:v1", folder=f"elevmappe:{index % folders + 1}"), school)
    start()


def send_parked_again() -> None:
    """The operator's one click: a document whose worker died three times in a row waits for a person."""
    parked = list(Delivery.objects.filter(state=Delivery.State.PARKED))
    assert {delivery.failure for delivery in parked} <= {Delivery.Failure.CRASHED}
    for delivery in parked:
        actions.set_ready(delivery, by=None)
    if parked:
        start()


def assert_exactly_once(server, number: int, folders: int, *, files: int = 1) -> None:
    assert Counter(Delivery.objects.values_list("state", flat=True)) == {"archived": number}
    ledger = server.store.ledger()
    keys = Counter(row["CustomAttribute10"] for row in ledger["RegistryEntry"])
    assert keys == dict.fromkeys(Delivery.objects.values_list("external_key", flat=True), 1)
    assert len(ledger["ExternalSystemLinkRegistryEntry"]) == number
    assert len(ledger["DocumentObject"]) == len(ledger["RegistryEntryDocument"]) == number * files
    assert len(ledger["SenderRecipient"]) == 2 * number
    assert len(ledger["Case"]) == len(ledger["ExternalSystemLinkCase"]) == len(ledger["Classification"]) == folders


def test_killed_before_each_thing_it_does(elements, caplog):
    """From the claim to the end of the run: a document of its own for each moment, until a worker lives through all."""
    school, here = make_school(), connectors.connect()
    with workers_at(dying.archive, ARCHIVE) as workers:
        for moment in count(1):
            key = f"dok:{moment}:v1"
            queue(make_record(key, folder=f"elevmappe:{moment}"), school)
            start()
            died = workers.work(dies_before=moment)
            delivery = Delivery.objects.get(external_key=key)
            assert delivery.state != "archived" or key in keys_archived(elements), moment
            was_claimed = delivery.state == "claimed"
            let_time_pass()
            caplog.clear()
            worker.work(seconds=240, connector=here)
            told = [line for line in caplog.messages if "was interrupted" in line]
            assert len(told) == was_claimed and all(str(delivery.uuid) in line for line in told), moment
            delivery.refresh_from_db()
            assert (delivery.state, delivery.run.archived) == ("archived", 1), moment
            if not died:
                break
    assert moment > 40, "it was killed between the messages too"
    assert_exactly_once(elements, moment, moment)
    assert log.headline(Delivery.objects.all())[-1].endswith(": 1 dokument, 0 feilet.")


def test_killed_again_and_again_in_a_run_of_documents_that_share_folders(elements):
    chance, kills = random.Random(SEED), 0
    queue_many(DOCUMENTS, FOLDERS)
    with workers_at(dying.archive, ARCHIVE) as workers:
        while Delivery.objects.exclude(state="archived").exists():
            kills += workers.work(dies_before=chance.randint(1, 60) if kills < KILLS else 0)
            send_parked_again()
            let_time_pass()
    assert kills == KILLS
    assert_exactly_once(elements, DOCUMENTS, FOLDERS)
    assert sum(ArchiveRun.objects.values_list("archived", flat=True)) == DOCUMENTS


def test_several_workers_at_once_send_each_document_once(elements):
    queue_many(24, 12)
    with workers_at(dying.archive, ARCHIVE) as workers:
        while Delivery.objects.filter(state="ready").exists():
            workers.work_at_once(3)
    assert_exactly_once(elements, 24, 12)
    assert ArchiveRun.objects.get().archived == 24
    assert set(Delivery.objects.values_list("attempt", flat=True)) == {1}
