"""Claims, fences, leases, lanes and the circuit breaker."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models.functions import Now

from archive import actions, breaker, outbox, tasks, worker
from archive.connectors import connect
from archive.connectors.base import Superseded
from archive.models import ArchiveRun, Delivery, DeliveryAttempt, Peer
from sandbox.elements.server import Elements
from tests.archive.parts import (
    addresses,
    entries,
    keys_archived,
    let_time_pass,
    make_record,
    queue,
    run_all,
    running_elements,
)

pytestmark = pytest.mark.django_db
State = Delivery.State


class Died(BaseException):
    """Stands for a process that is gone: nobody writes anything afterwards."""


def take_into_run() -> None:
    actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)


def archivist(django_user_model):
    return django_user_model.objects.create(display_name="Arkivar")


# Promise


def test_queueing_needs_the_callers_transaction(school, transactional_db):
    with pytest.raises(transaction.TransactionManagementError):
        actions.queue(make_record("dok:1:v1"), school=school, about=None)


def test_promise_falls_with_the_decision(school):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue(make_record("dok:1:v1"), school)
        raise ZeroDivisionError
    assert not Delivery.objects.exists()


def test_same_key_and_content_is_one_promise_and_other_content_an_error(school):
    record = make_record("dok:1:v1")
    assert queue(record, school) == queue(record, school)
    with pytest.raises(actions.ContentDiffers):
        queue(replace(record, title="Noe annet"), school)


def test_content_changed_in_the_outbox_is_not_sent(elements, school):
    delivery = queue(make_record("dok:1:v1"), school)
    Delivery.objects.update(record=delivery.record | {"title": "Noe annet"})
    run_all()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.failure) == (State.PARKED, "changed")
    assert entries(elements) == []


def test_files_that_were_swapped_are_not_sent(elements, school):
    one, two = make_record("dok:1:v1"), make_record("dok:2:v1", folder="elevmappe:2")
    queue(one, school)
    queue(two, school)
    first, second = (Path(default_storage.path(record.files[0].path)) for record in (one, two))
    first_bytes, second_bytes = first.read_bytes(), second.read_bytes()
    first.write_bytes(second_bytes)
    second.write_bytes(first_bytes)
    run = run_all()
    assert (run.archived, run.failed) == (0, 2)
    assert set(Delivery.objects.values_list("failure", flat=True)) == {"changed"}
    assert entries(elements) == []


# Claim and lease


def test_claim_is_given_once_and_carries_a_lease_of_the_quiet_period(school, settings):
    queue(make_record("dok:1:v1"), school)
    take_into_run()
    ticket = outbox.claim()
    assert outbox.claim() is None
    lease = ticket.delivery.lease_until - ticket.delivery.claimed_at
    assert lease.total_seconds() == settings.ARCHIVE_QUIET_SECONDS


def test_interrupted_claim_is_taken_up_only_after_its_lease(school, settings):
    queue(make_record("dok:1:v1"), school)
    take_into_run()
    first = outbox.claim()
    let_time_pass(seconds=settings.ARCHIVE_QUIET_SECONDS - 60)
    assert outbox.claim() is None
    let_time_pass(seconds=61)
    second = outbox.claim()
    assert second.delivery.fence == first.delivery.fence + 1
    assert second.in_doubt


def test_clock_of_the_machine_does_not_matter(school, time_machine):
    queue(make_record("dok:1:v1"), school)
    take_into_run()
    outbox.claim()
    time_machine.move_to("2036-01-01T00:00:00Z")
    assert outbox.claim() is None


def test_folder_is_a_lane(school):
    queue(make_record("dok:1:v1"), school)
    queue(make_record("dok:2:v1"), school)
    queue(make_record("dok:3:v1", folder="elevmappe:2"), school)
    take_into_run()
    taken = [outbox.claim().delivery.external_key for _ in range(2)]
    assert outbox.claim() is None
    assert sorted(taken)[-1] == "dok:3:v1"


def test_database_keeps_the_lane_too(school):
    one, two = (queue(make_record(f"dok:{n}:v1"), school) for n in (1, 2))
    values = {"state": State.CLAIMED, "lease_until": Now()}
    Delivery.objects.filter(pk=one.pk).update(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(pk=two.pk).update(**values)


def test_zombie_may_neither_send_nor_write(school):
    queue(make_record("dok:1:v1"), school)
    take_into_run()
    zombie = outbox.claim()
    let_time_pass()
    with pytest.raises(Superseded):
        zombie.permit()
    heir = outbox.claim()
    for act in (
        zombie.permit,
        lambda: zombie.note("entry", "1"),
        lambda: zombie.folder_note("link", "1"),
        lambda: zombie.doubt("?"),
        lambda: zombie.not_done("?"),
        lambda: zombie.park(Delivery.Failure.REFUSED, "?"),
    ):
        with pytest.raises(Superseded):
            act()
    heir.permit()
    assert not DeliveryAttempt.objects.exists()


def test_worker_that_was_stopped_before_sending_sends_nothing_afterwards(elements, school):
    """Stopped at each message in turn while another worker finishes the delivery, then let go."""
    for stop in range(1, 12):
        key = f"dok:{stop}:v1"
        queue(make_record(key, folder=f"elevmappe:{stop}"), school)
        take_into_run()
        ticket, asked = outbox.claim(), 0

        class Stopped(outbox.Ticket):
            def permit(self, stop: int = stop) -> None:
                nonlocal asked
                asked += 1
                if asked == stop:
                    let_time_pass()
                    worker.work(seconds=240)
                super().permit()

        worker.attempt(Stopped(ticket.delivery, in_doubt=False), connect())
        assert Delivery.objects.get(external_key=key).state == State.ARCHIVED
    assert len(keys_archived(elements)) == len(set(keys_archived(elements))) == 11
    assert len(elements.store.all("Case")) == len(elements.store.all("ExternalSystemLinkCase")) == 11


@pytest.mark.parametrize("phase", ["received", "done", "answered"])
def test_worker_that_dies_at_any_message_leaves_one_record(elements, school, phase):
    """Every message of a delivery in turn is the last thing the worker sees."""
    died = 0
    for point in range(1, 40):
        key = f"dok:{point}:v1"
        queue(make_record(key, folder=f"elevmappe:{point}", files=2), school)
        take_into_run()
        if die_at(elements, phase, point):
            died += 1
        let_time_pass()
        worker.work(seconds=240)
        assert Delivery.objects.get(external_key=key).state == State.ARCHIVED
        if died < point:
            break
    assert died > 20
    assert len(keys_archived(elements)) == len(set(keys_archived(elements))) == died + 1
    assert len(elements.store.all("Case")) == len(elements.store.all("Classification")) == died + 1
    assert len(elements.store.all("SenderRecipient")) == 2 * (died + 1)
    assert len(elements.store.all("DocumentObject")) == 2 * (died + 1)


def die_at(elements: Elements, phase: str, point: int) -> bool:
    """Claim and work until message number `point`; the worker is then gone, whatever the archive did with it."""
    connector, met = connect(), 0
    transports = connector.services._model.transport, connector.services._documents.transport
    for transport in transports:
        post = transport.post

        def post_or_die(address, message, headers, post=post, transport=transport):
            nonlocal met
            met += 1
            if met == point and phase == "received":
                raise Died
            answer = post(address, message, headers)
            if met == point and phase == "done":
                raise Died
            return answer

        transport.post = post_or_die
    ticket = outbox.claim()
    if phase == "answered":
        note = ticket.note

        def note_and_die(step, value):
            nonlocal met
            note(step, value)
            if met >= point:
                raise Died

        ticket.note = note_and_die
    try:
        worker.attempt(ticket, connector)
    except Died:
        return True
    return False


def test_poison_is_parked_after_three_crashes_and_the_others_go_on(elements, school):
    poison = queue(make_record("dok:1:v1"), school)
    queue(make_record("dok:2:v1", folder="elevmappe:2"), school)
    take_into_run()
    Delivery.objects.filter(pk=poison.pk).update(next_at=poison.next_at.replace(year=2020))
    for _ in range(3):
        assert outbox.claim().delivery.pk == poison.pk
        Delivery.objects.filter(pk=poison.pk).update(lease_until=Now())
    worker.work(seconds=240)
    poison.refresh_from_db()
    assert (poison.state, poison.failure) == (State.PARKED, "crashed")
    assert poison.attempts.get(outcome="crashed").run == poison.run
    assert keys_archived(elements) == ["dok:2:v1"]


# The end


def test_archived_is_final(elements, school):
    delivery = queue(make_record("dok:1:v1"), school)
    run_all()
    for change in ({"state": State.READY}, {"journal_number": 9}, {"steps": {}}, {"content_sha256": "x"}):
        with pytest.raises(DatabaseError, match="final"), transaction.atomic():
            Delivery.objects.filter(pk=delivery.pk).update(**change)
    with pytest.raises(DatabaseError, match="final"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM archive_delivery WHERE id = %s", [delivery.pk])


def test_late_and_repeated_answers_change_nothing(elements, school):
    delivery = queue(make_record("dok:1:v1"), school)
    take_into_run()
    late = outbox.claim()
    let_time_pass()
    worker.work(seconds=240)
    for act in (lambda: late.note("entry", "999"), lambda: late.doubt("?")):
        with pytest.raises(Superseded):
            act()
    delivery.refresh_from_db()
    assert delivery.state == State.ARCHIVED


def test_only_failed_deliveries_are_set_to_ready_or_withdrawn(school, django_user_model):
    delivery = queue(make_record("dok:1:v1"), school)
    by = archivist(django_user_model)
    for act in (actions.set_ready, actions.withdraw):
        with pytest.raises(actions.NotFailed):
            act(delivery, by=by)
    Delivery.objects.update(state=State.PARKED, failure="refused")
    actions.withdraw(delivery, by=by)
    delivery.refresh_from_db()
    assert delivery.state == State.WITHDRAWN


def test_set_to_ready_after_a_doubt_still_waits_out_the_quiet_period(elements, school, django_user_model):
    delivery = queue(make_record("dok:1:v1"), school)
    take_into_run()
    ticket = outbox.claim()
    ticket.park(Delivery.Failure.UNANSWERED, "Arkivet svarte ikke.")
    actions.set_ready(delivery, by=archivist(django_user_model))
    run_all()
    assert entries(elements) == []
    let_time_pass()
    worker.work(seconds=240)
    assert keys_archived(elements) == ["dok:1:v1"]


# An archive that is away


@pytest.fixture
def unreachable(settings):
    """An address nobody listens at."""
    with running_elements() as server:
        settings.NCORE = addresses(server)
    return settings


def test_archive_away_for_a_day_parks_nothing_and_is_left_alone(unreachable, school):
    for number in range(20):
        queue(make_record(f"dok:{number}:v1", folder=f"elevmappe:{number}"), school)
    take_into_run()
    for _ in range(8):
        worker.work(seconds=240)
    assert DeliveryAttempt.objects.count() == breaker.OPENS_AFTER
    for _hour in range(24):
        let_time_pass(hours=1)
        Peer.objects.update(open_until=Now())
        before = DeliveryAttempt.objects.count()
        worker.work(seconds=240)
        worker.work(seconds=240)
        assert DeliveryAttempt.objects.count() == before + 1, "one probe for each pause of the breaker"
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.READY}
    assert breaker.silent_peer("elements_ncore").silent_since
    with running_elements() as server:
        unreachable.NCORE = addresses(server)
        let_time_pass()
        Peer.objects.update(open_until=Now())
        worker.work(seconds=240)
        assert len(keys_archived(server)) == 20
    assert breaker.silent_peer("elements_ncore") is None
    assert ArchiveRun.objects.get().finished_at


def test_a_task_that_finds_the_archive_left_in_peace_wakes_nobody(elements, school, monkeypatch):
    rung = []
    monkeypatch.setattr(tasks.bell, "ring", lambda: rung.append(1))
    queue(make_record("dok:1:v1"), school)
    take_into_run()
    Peer.objects.update_or_create(name="elements_ncore", defaults={"open_until": Now() + timedelta(hours=1)})
    tasks.work()
    assert not rung
    Peer.objects.update(open_until=Now())
    tasks.work()
    assert len(rung) == 1


def test_wrong_password_does_not_park_the_whole_queue(elements, school, settings):
    settings.NCORE = settings.NCORE | {"username": ""}
    for number in range(8):
        queue(make_record(f"dok:{number}:v1", folder=f"elevmappe:{number}"), school)
    run_all()
    assert not Delivery.objects.filter(state=State.PARKED).exists()
    assert DeliveryAttempt.objects.count() == breaker.OPENS_AFTER


def test_runs_take_each_document_once(elements, school):
    queue(make_record("dok:1:v1"), school)
    take_into_run()
    take_into_run()
    assert sorted(run.deliveries.count() for run in ArchiveRun.objects.all()) == [0, 1]
    worker.work(seconds=240)
    assert keys_archived(elements) == ["dok:1:v1"]


def test_answers_are_kept_without_ids_secrets_or_bulk(elements, school):
    delivery = queue(make_record("dok:1:v1"), school)
    take_into_run()
    ticket = outbox.claim()
    raw = b"<x>14831512345 148315 12345 hemmelig-passord \x00\x07</x>" + b"y" * 100_000
    ticket.doubt("Arkivet svarte ikke.", raw)
    receipt = delivery.attempts.get().receipt
    assert "14831512345" not in receipt
    assert "hemmelig-passord" not in receipt
    assert "\x00" not in receipt
    assert len(receipt) < 20_100
