"""Clocks that ring twice, never, or in an hour that comes twice: each time has one run, each document goes once."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from celery import current_app
from django.db import connections

from archive import actions, log, tasks, watch, worker
from archive.models import ArchiveRun, Delivery
from messaging import bell as letters_bell
from messaging import tasks as letters_tasks
from messaging import worker as letters_worker
from messaging.models import Dispatch
from schoolapp.lib import clock
from schoolapp.lib.schedule import daily_schedule
from tests.archive.parts import (
    addresses,
    keys_archived,
    let_time_pass,
    make_record,
    make_school,
    queue,
    running_elements,
)
from tests.messaging.parts import give_address, running_svarut
from tests.messaging.parts import queue as queue_letter

NIGHTS = {
    "02:30 comes twice": ("2026-10-25T00:55:00+02:00", "2026-10-25T02:45:00+02:00", "2026-10-25T04:30:00+01:00"),
    "02:30 never comes": ("2027-03-28T00:55:00+01:00", "2027-03-28T03:50:00+02:00", "2027-03-28T05:30:00+02:00"),
    "02:30 comes once": ("2026-11-23T00:55:00+01:00", "2026-11-23T02:45:00+01:00", "2026-11-23T04:30:00+01:00"),
}


def at_once(*acts: Callable[[], object]) -> None:
    """Each in a thread and a connection of its own, let go together."""
    gate, failures = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        try:
            gate.wait(60)
            act()
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def queue_one(number: int, school) -> Delivery:
    return queue(make_record(f"dok:{number}:v1", folder=f"elevmappe:{number + 1}"), school)


@pytest.mark.django_db
@pytest.mark.parametrize("night", NIGHTS)
def test_a_time_in_the_night_the_clock_changes_has_one_run(settings, school_here, night):
    """Celery's own reading of the clock, and the sweeper, minute by minute through the night."""
    settings.ARCHIVE_RUN_TIMES = ["15:30", "02:30"]
    begins, late, ends = (datetime.fromisoformat(text) for text in NIGHTS[night])
    entries = daily_schedule("archive-run", "archive.tasks.start_run", settings.ARCHIVE_RUN_TIMES)
    clocks = [entry["schedule"] for entry in entries.values()]
    started = []
    with time_machine.travel(begins, tick=False) as traveller:
        rung = dict.fromkeys(range(len(clocks)), current_app.now() - timedelta(hours=9))
        queue_one(1, school_here)
        second = None
        while clock.now() < ends:
            for index, each in enumerate(clocks):
                if each.is_due(rung[index]).is_due:
                    rung[index] = current_app.now()
                    tasks.start_run()
            tasks.sweep()
            if second is None and clock.now() >= late:
                second = queue_one(2, school_here)
            if ArchiveRun.objects.count() > len(started):
                started.append(clock.now().astimezone(clock.OSLO))
            traveller.shift(timedelta(minutes=1))
    taken = [run for run in ArchiveRun.objects.all() if run.deliveries.exists()]
    assert len(taken) == 1 == ArchiveRun.objects.count(), started
    assert Delivery.objects.get(pk=second.pk).run is None, "what comes after the run waits for the next"
    assert started[0].strftime("%H:%M") in ("02:30", "03:30"), started


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_make_one_run_and_one_line(settings):
    settings.ARCHIVE_RUN_TIMES = ["15:30", "02:30"]
    with running_elements() as elements, time_machine.travel("2026-11-23T15:30:00+01:00", tick=False):
        settings.NCORE = addresses(elements)
        school = make_school()
        for number in range(3):
            queue_one(number, school)
        at_once(tasks.start_run, tasks.start_run, watch.catch_up, tasks.start_run)
        assert [run.deliveries.count() for run in ArchiveRun.objects.all()] == [3]
        let_time_pass(days=1)  # the outbox goes by the database's clock, which has not travelled
        at_once(*[lambda: worker.work(seconds=240)] * 2)
        tasks.start_run()  # the second clock is late
        assert keys_archived(elements) == [f"dok:{number}:v1" for number in range(3)]
        assert Counter(Delivery.objects.values_list("state", flat=True)) == {"archived": 3}
        told = [line for line in log.headline(Delivery.objects.all()) if line.startswith("Forrige kjørte")]
        assert told == ["Forrige kjørte 15.30: 3 dokumenter, 0 feilet."]


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_send_each_letter_once(settings, world, monkeypatch):
    settings.SVARUT_REGRET_MINUTES, settings.SVARUT_CLIENT_TIMEOUT = 0, 30
    give_address(world.people["guardian"])
    rung: list[str] = []
    monkeypatch.setattr(letters_bell, "tell", lambda task: rung.append(task) or True)
    with running_svarut(settings) as svarut:
        for number in range(4):
            queue_letter(world, f"dok:{number}:v1:a")
        rung.clear()
        at_once(letters_tasks.sweep, letters_tasks.sweep)
        assert len(rung) == 2 * settings.SVARUT_CONCURRENCY, "every bell rang twice"
        at_once(*[lambda: letters_worker.work(seconds=240)] * 3)
        taken = Counter(each.data["eksternReferanse"] for each in svarut.store.sendings.values())
    assert taken == {str(uuid): 1 for uuid in Dispatch.objects.values_list("uuid", flat=True)}
    assert set(Dispatch.objects.values_list("state", "attempt")) == {("sent", 1)}


@pytest.mark.django_db
def test_a_clock_set_back_an_hour_does_not_run_it_again_and_a_wrong_day_stops_no_run(settings, school_here):
    settings.ARCHIVE_RUN_TIMES = ["15:30", "02:30"]
    with time_machine.travel("2026-11-23T15:30:05+01:00", tick=False) as traveller:
        queue_one(1, school_here)
        tasks.start_run()
        traveller.shift(-timedelta(hours=1))
        queue_one(2, school_here)
        traveller.shift(timedelta(hours=1))
        tasks.start_run()
        tasks.sweep()
        assert [run.deliveries.count() for run in ArchiveRun.objects.all()] == [1]
        ArchiveRun.objects.update(started_at=clock.now() + timedelta(days=1))
        tasks.start_run()
        assert Delivery.objects.filter(run=None).count() == 0, "that run was of a clock a day ahead"


@pytest.mark.django_db
def test_one_schools_run_by_hand_is_not_the_run_the_clock_forgot(settings, school_here, django_user_model):
    """The beat is down over 15:30, and somebody has sent their own documents at 15:35."""
    settings.ARCHIVE_RUN_TIMES = ["15:30", "02:30"]
    with time_machine.travel("2026-11-23T15:20:00+01:00", tick=False) as traveller:
        mine, other = queue_one(1, school_here), queue_one(2, school_here)
        traveller.shift(timedelta(minutes=15))
        actions.send_now(mine, by=django_user_model.objects.create(display_name="Rektor"))
        traveller.shift(timedelta(minutes=10))
        tasks.sweep()
        other.refresh_from_db()
        assert other.run and other.run.trigger == ArchiveRun.Trigger.SCHEDULE


@pytest.fixture
def school_here(db):
    return make_school()
