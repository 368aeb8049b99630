"""The worker of letters is killed before each thing it does, and again and again; each letter reaches SvarUt once."""

import random
from collections import Counter
from itertools import count

import pytest

from messaging import actions, bell, tasks
from messaging.models import Dispatch
from tests.faults import dying
from tests.faults.parts import LETTERS, workers_at
from tests.messaging.parts import after_the_quiet_period, give_address, queue, running_svarut, stored
from tests.messaging.parts import work as work_here

MANY, KILLS, SEED = 8, 15, 20261122
State = Dispatch.State


@pytest.fixture
def svarut(settings, world):
    settings.SVARUT_REGRET_MINUTES = 0
    settings.SVARUT_CLIENT_TIMEOUT = 60
    give_address(world.people["guardian"])
    with running_svarut(settings) as server:
        yield server


def assert_exactly_once(server, number: int) -> None:
    assert Counter(Dispatch.objects.values_list("state", flat=True)) == {"sent": number}
    taken = Counter(each.data["eksternReferanse"] for each in server.store.sendings.values())
    assert taken == {str(uuid): 1 for uuid in Dispatch.objects.values_list("uuid", flat=True)}
    ours = {str(row.svarut_id) for row in Dispatch.objects.all()}
    assert ours == set(server.store.sendings)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_before_each_thing_it_does(world, svarut, caplog):
    """From the claim to the receipt: a letter of its own for each moment, until a worker lives through all."""
    with workers_at(dying.letters, LETTERS) as workers:
        for moment in count(1):
            letter = queue(world, f"dok:{moment}:v1:a")
            died = workers.work(dies_before=moment)
            there = svarut.store.by_reference(str(letter.uuid))
            row = stored(letter)
            assert row.state != State.SENT or len(there) == 1, moment
            after_the_quiet_period()
            caplog.clear()
            work_here()
            assert (stored(letter).state, len(svarut.store.by_reference(str(letter.uuid)))) == (State.SENT, 1), moment
            told = [line for line in caplog.messages if "was interrupted" in line]
            assert len(told) == (row.state == State.CLAIMED) and all(str(letter.uuid) in line for line in told)
            if not died:
                break
    assert moment > 4, "it was killed before and after it sent too"
    assert_exactly_once(svarut, moment)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_again_and_again(world, svarut):
    chance, kills = random.Random(SEED), 0
    for number in range(MANY):
        queue(world, f"dok:{number}:v1:a")
    with workers_at(dying.letters, LETTERS) as workers:
        while Dispatch.objects.exclude(state=State.SENT).exists():
            kills += workers.work(dies_before=chance.randint(1, 6) if kills < KILLS else 0)
            for row in Dispatch.objects.filter(state=State.PARKED):
                assert row.failure == Dispatch.Failure.CRASHED
                actions.send_again(row, by=None)
            after_the_quiet_period()
    assert kills == KILLS
    assert_exactly_once(svarut, MANY)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once_send_each_letter_once(world, svarut):
    for n in range(20):
        queue(world, f"dok:{n}:v1:a")
    with workers_at(dying.letters, LETTERS) as workers:
        while Dispatch.objects.filter(state=State.READY).exists():
            workers.work_at_once(3)
    assert_exactly_once(svarut, 20)
    assert set(Dispatch.objects.values_list("attempt", flat=True)) == {1}


@pytest.mark.django_db
def test_a_flushed_broker_loses_no_letter(world, svarut, settings, monkeypatch):
    """The bells are lost; the sweeper finds the rows and rings again."""
    rung: list[str] = []
    dispatch = queue(world)
    monkeypatch.setattr(bell, "tell", lambda task: rung.append(task) or True)
    tasks.sweep()
    assert rung == ["messaging.tasks.work"]
    work_here()
    rung.clear()
    tasks.sweep()
    assert Dispatch.objects.get(pk=dispatch.pk).state == State.SENT and rung == []


@pytest.mark.django_db
def test_a_broker_that_is_gone_fails_no_save(world, settings, monkeypatch, django_capture_on_commit_callbacks):
    settings.SVARUT_REGRET_MINUTES = 0

    def gone(*_args, **_options):
        raise OSError("no broker")

    monkeypatch.setattr("celery.app.base.Celery.send_task", gone)
    with django_capture_on_commit_callbacks(execute=True):
        dispatch = queue(world)
    after_the_quiet_period()
    assert Dispatch.objects.get(pk=dispatch.pk).state == State.READY
