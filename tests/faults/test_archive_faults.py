"""What goes wrong around a run of the archive: after each, every document is there once and one line says what was."""

import contextlib
import threading
from collections import Counter

import pytest
from celery import current_app
from django.db import DatabaseError, InterfaceError, connection, connections

from archive import actions, bell, log, worker
from archive.models import ArchiveRun, Delivery, Peer
from sandbox.elements.server import Elements
from tests.archive.parts import (
    addresses,
    entries,
    keys_archived,
    let_time_pass,
    make_record,
    make_school,
    queue,
    reopen_breaker,
    run_all,
    running_elements,
)

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 15


@pytest.fixture
def elements(settings):
    with running_elements() as server:
        settings.NCORE = addresses(server)
        settings.ARCHIVE_CLIENT_TIMEOUT = 60
        yield server


def queue_many(count: int, school=None) -> list[str]:
    school = school or make_school()
    keys = [f"dok:{school.pk}-{number}:v1" for number in range(count)]
    for number, key in enumerate(keys):
        queue(make_record(key, folder=f"elevmappe:{school.pk * 1000 + number}"), school)
    return keys


def work_until_done() -> None:
    for _ in range(20):
        let_time_pass()
        reopen_breaker()
        if not worker.work(seconds=240) and not Delivery.objects.exclude(state="archived").exists():
            return


def assert_each_once(elements: Elements, keys: list[str]) -> None:
    assert keys_archived(elements) == sorted(keys)
    assert Counter(Delivery.objects.values_list("state", flat=True)) == {"archived": len(keys)}


def test_down_for_a_day_with_many_waiting(elements, settings):
    """One probe a minute while it is down, one sentence for whoever looks, and all of it once when it is back."""
    keys = queue_many(MANY)
    up = settings.NCORE
    settings.NCORE = up | dict.fromkeys(("object_model_url", "document_url"), "http://127.0.0.1:9/x.svc")
    actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)
    attempts = worker.work(seconds=240)
    for _hour in range(24):
        let_time_pass()
        reopen_breaker()
        attempts += worker.work(seconds=240)
    assert attempts <= 5 + 24
    told = [line for line in log.headline(Delivery.objects.all()) if "har ikke svart siden" in line]
    assert len(told) == 1
    assert not Delivery.objects.filter(state="parked").exists()
    settings.NCORE = up
    work_until_done()
    assert_each_once(elements, keys)


def test_a_slow_answer_to_one_school_does_not_hold_up_another(elements, settings):
    """The one that waits holds its own lane; a second worker takes the other schools' documents past it."""
    settings.ARCHIVE_CLIENT_TIMEOUT = 60
    slow, quick = make_school(), make_school("Fjordvik skole", "999999980", "FJO")
    first, others = queue_many(1, slow), queue_many(4, quick)
    waits, answered = threading.Event(), threading.Event()

    def answer_late(phase: str, operation: str) -> None:
        if phase == "done" and operation == "Insert" and not waits.is_set():
            waits.set()
            answered.wait(60)

    def run() -> None:
        try:
            worker.attempt(worker.outbox.claim(), worker.connect())
        finally:
            connections.close_all()

    elements.watchers.append(answer_late)
    actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)
    stuck = threading.Thread(target=run)
    stuck.start()
    assert waits.wait(60)
    worker.work(seconds=240)
    states = dict(Delivery.objects.values_list("school", "state"))
    answered.set()
    stuck.join()
    assert states == {slow.pk: "claimed", quick.pk: "archived"}
    assert_each_once(elements, first + others)


def test_schools_take_turns_however_much_one_has_queued(elements):
    """A school that finalises a thousand documents does not stand before those that finalise one."""
    large, small = make_school(), make_school("Fjordvik skole", "999999980", "FJO")
    queue_many(10, large)
    queue_many(1, small)
    actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)
    order, connector = [0], worker.connect()
    for _ in range(4):
        ticket = worker.outbox.claim(after=order[-1])
        worker.attempt(ticket, connector)
        order.append(ticket.delivery.school_id)
    assert order[1:] == [large.pk, small.pk, large.pk, large.pk]


def test_workers_at_once_begin_at_different_schools(elements):
    large, small = make_school(), make_school("Fjordvik skole", "999999980", "FJO")
    queue_many(10, large)
    queue_many(1, small)
    actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)
    claimed = [worker.outbox.claim().delivery.school_id for _ in range(3)]
    assert claimed == [large.pk, small.pk, large.pk]


@pytest.mark.parametrize("mode", ["reset_after", "error_after", "malformed"])
def test_a_receipt_that_is_lost_is_looked_up_and_nothing_is_sent_twice(elements, mode):
    keys = queue_many(2)
    elements.faults.add(mode=mode, operation="Insert", kind="RegistryEntry", text="empty")
    run_all()
    assert Delivery.objects.filter(state="sent_unknown").count() == 1
    work_until_done()
    assert_each_once(elements, keys)


def test_a_receipt_that_comes_twice_counts_once(elements):
    keys = queue_many(1)
    run = run_all()
    delivery = Delivery.objects.get()
    number = (delivery.journal_year, delivery.journal_number)
    ticket = worker.outbox.Ticket(delivery, in_doubt=False)
    receipt = worker.Receipt("1", worker.outbox.Case("1"), 2026, 99, b"again")
    with pytest.raises(worker.Superseded):
        ticket.archived(receipt)
    delivery.refresh_from_db()
    run.refresh_from_db()
    assert ((delivery.journal_year, delivery.journal_number), run.archived) == (number, 1)
    assert_each_once(elements, keys)


def test_a_broker_that_is_flushed_or_gone_loses_nothing(elements, monkeypatch, caplog):
    """The bell is all it had: the sweeper rings from the rows."""
    keys = queue_many(3)
    rung = []
    monkeypatch.setattr(current_app, "send_task", lambda name, *rest, **more: rung.append(name))
    actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)
    rung.clear()  # flushed
    bell.ring()
    assert rung == ["archive.tasks.work"] * len(rung) and rung
    monkeypatch.setattr(current_app, "send_task", _gone)
    bell.ring()
    assert caplog.text.count("the broker cannot be reached") == 1
    worker.work(seconds=240)
    assert_each_once(elements, keys)


def _gone(*_arguments, **_options):
    raise bell.OperationalError("gone")


def test_the_database_is_restarted_in_the_middle(elements):
    """Every connection is cut while a message is on its way; the next worker goes on from what was committed."""
    keys = queue_many(3)
    actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)
    cut = threading.Event()

    def cut_once(phase: str, operation: str) -> None:
        if phase == "done" and operation == "Insert" and not cut.is_set():
            cut.set()
            with contextlib.closing(connections["default"].copy()) as other, other.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )

    elements.watchers.append(cut_once)
    with contextlib.suppress(DatabaseError, InterfaceError):
        worker.work(seconds=240)
    connection.close()
    assert cut.is_set()
    work_until_done()
    assert_each_once(elements, keys)


def test_the_breaker_is_shared_by_all_workers(elements, settings):
    queue_many(8)
    settings.NCORE |= dict.fromkeys(("object_model_url", "document_url"), "http://127.0.0.1:9/x.svc")
    actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)
    assert worker.work(seconds=240) == 5
    assert worker.work(seconds=240) == 0
    assert Peer.objects.get().open_until is not None
    assert entries(elements) == []
