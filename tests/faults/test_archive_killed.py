"""The worker is killed, again and again, at any moment; every document is in the archive exactly once."""

import multiprocessing
import os
import random
import signal
import threading
from collections import Counter

import pytest
from django.db import connection

from archive import actions
from archive.models import ArchiveRun, Delivery
from tests.archive.parts import addresses, make_record, make_school, queue, running_elements
from tests.faults.archive_worker import work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
DOCUMENTS, FOLDERS, KILLS, SEED = 200, 60, 50, 20261122
PHASES = ("received", "done", "answered")
QUIET_SECONDS = 2
# Fewer than the run needs, so that all the kills fall within it.
MESSAGES = DOCUMENTS * 8


class Killer:
    """Watches the archive's side and kills the workers when the chosen messages come by."""

    def __init__(self, points: dict[int, str]) -> None:
        self.points = points
        self.lock = threading.Lock()
        self.seen = self.kills = 0
        self.workers: list[multiprocessing.process.BaseProcess] = []
        self.struck = threading.Event()

    def __call__(self, phase: str, operation: str) -> None:
        with self.lock:
            self.seen += phase == "received"
            if self.points.get(self.seen) != phase:
                return
            del self.points[self.seen]
            self.kills += 1
            for worker in self.workers:
                os.kill(worker.pid, signal.SIGKILL)
            self.struck.set()


def run_until_empty(killer: Killer, arguments: tuple, workers: int) -> None:
    """Start workers anew whenever they have been killed, until they end by themselves."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.archive_worker"])
    while True:
        with killer.lock:
            killer.struck.clear()
            killer.workers = [context.Process(target=work, args=arguments) for _ in range(workers)]
            for worker in killer.workers:
                worker.start()
        for worker in killer.workers:
            worker.join(timeout=240)
            assert worker.exitcode is not None, "a worker hangs"
        if not killer.struck.is_set():
            return


def queue_many(number: int, folders: int) -> None:
    school = make_school()
    for index in range(number):
        queue(make_record(f"dok:{index}:v1", folder=f"elevmappe:{index % folders + 1}"), school)
    actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)


def send_parked_again() -> bool:
    """The operator's one click: a document whose worker died three times in a row waits for a person."""
    parked = list(Delivery.objects.filter(state=Delivery.State.PARKED))
    assert {delivery.failure for delivery in parked} <= {Delivery.Failure.CRASHED}
    for delivery in parked:
        actions.set_ready(delivery, by=None)
    if parked:
        actions.start_run(trigger=ArchiveRun.Trigger.MANUAL)
    return bool(parked)


def assert_exactly_once(server, number: int, folders: int) -> None:
    assert Counter(Delivery.objects.values_list("state", flat=True)) == {"archived": number}
    ledger = server.store.ledger()
    keys = Counter(row["CustomAttribute10"] for row in ledger["RegistryEntry"])
    assert keys == {f"dok:{index}:v1": 1 for index in range(number)}
    assert len(ledger["ExternalSystemLinkRegistryEntry"]) == number
    assert len(ledger["DocumentObject"]) == len(ledger["RegistryEntryDocument"]) == number
    assert len(ledger["SenderRecipient"]) == 2 * number
    assert len(ledger["Case"]) == len(ledger["ExternalSystemLinkCase"]) == len(ledger["Classification"]) == folders


def test_killed_at_fifty_random_points_of_a_run_of_two_hundred_documents(settings):
    chance = random.Random(SEED)
    stretch = MESSAGES // KILLS
    points = [start + chance.randrange(stretch) for start in range(1, MESSAGES, stretch)]
    killer = Killer({point: chance.choice(PHASES) for point in points})
    with running_elements() as server:
        server.watchers.append(killer)
        queue_many(DOCUMENTS, FOLDERS)
        arguments = (connection.settings_dict["NAME"], str(settings.MEDIA_ROOT), addresses(server), QUIET_SECONDS)
        run_until_empty(killer, arguments, workers=1)
        while send_parked_again():
            run_until_empty(killer, arguments, workers=1)
        assert killer.kills == KILLS
        assert_exactly_once(server, DOCUMENTS, FOLDERS)


def test_several_workers_at_once_send_each_document_once(settings):
    with running_elements() as server:
        queue_many(40, 12)
        arguments = (connection.settings_dict["NAME"], str(settings.MEDIA_ROOT), addresses(server), QUIET_SECONDS)
        run_until_empty(Killer({}), arguments, workers=3)
        assert_exactly_once(server, 40, 12)
        assert ArchiveRun.objects.get().archived == 40
        assert set(Delivery.objects.values_list("attempt", flat=True)) == {1}
