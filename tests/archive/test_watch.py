"""Nothing waits for long without somebody being told, and no run is lost or made twice, whatever the clock does."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from archive import actions, log, tasks, watch
from archive.models import ArchiveRun, Delivery
from schoolapp.lib import clock
from schools.today import lines_for
from tests.archive.parts import keys_archived, make_record, queue, run_all
from tests.login import log_in

LOG = reverse("archive:log")


@pytest.fixture(autouse=True)
def times(settings):
    settings.ARCHIVE_RUN_TIMES = ["15:30", "02:00"]


def lines(world, name: str) -> list[str]:
    return [str(line.title) for line in lines_for(world.user(name)) if line.url.startswith(LOG)]


def test_after_twelve_hours_in_the_queue_team_school_and_operator_are_told(world, caplog):
    _document, delivery = world.add_document("own")
    Delivery.objects.filter(pk=delivery.pk).update(next_at=clock.now() - timedelta(hours=11, minutes=59))
    assert (lines(world, "school_admin"), watch.tell_operator()) == ([], 0)
    Delivery.objects.filter(pk=delivery.pk).update(next_at=clock.now() - timedelta(hours=12, minutes=1))
    for who in ("school_admin", "municipal_admin", "team"):
        assert lines(world, who) == ["1 dokument har ventet på arkivet i mer enn 12 timer"], who
    assert watch.tell_operator() == 1
    assert len([line for line in caplog.messages if "waited more than 12 hours" in line]) == 1
    assert delivery.title not in caplog.text
    assert "1 dokument har ventet i mer enn 12 timer." in log.headline(Delivery.objects.all())[-1]


def test_what_is_under_way_too_long_is_told_too(world):
    _document, delivery = world.add_document("own")
    run = ArchiveRun.objects.create(trigger="schedule", started_at=clock.now() - timedelta(hours=13))
    Delivery.objects.filter(pk=delivery.pk).update(run=run)
    assert watch.overdue(Delivery.objects.all()).count() == 1
    Delivery.objects.filter(pk=delivery.pk).update(state="archived", archived_at=clock.now())
    assert watch.overdue(Delivery.objects.all()).count() == 0


def test_the_daily_look_is_gone_when_one_has_looked_until_something_new_fails(world, time_machine):
    time_machine.move_to("2026-11-23T08:00:00+01:00", tick=False)
    (_d, first), (_e, second) = world.add_document("own"), world.add_document("classmate")

    def fail(row) -> None:
        Delivery.objects.filter(pk=row.pk).update(state="parked", failure="refused", claimed_at=clock.now())

    fail(first)
    assert lines(world, "school_admin") == ["1 dokument kom ikke fram til arkivet"]
    client = Client()
    log_in(client, world.user("school_admin"))
    time_machine.move_to("2026-11-23T08:05:00+01:00", tick=False)
    client.get(LOG, {"fane": "feilet"})
    assert lines(world, "school_admin") == []
    assert lines(world, "municipal_admin") == ["1 dokument kom ikke fram til arkivet"], "somebody else has not looked"
    time_machine.move_to("2026-11-23T08:10:00+01:00", tick=False)
    fail(second)
    assert lines(world, "school_admin") == ["2 dokumenter kom ikke fram til arkivet"]
    time_machine.move_to("2026-11-23T08:15:00+01:00", tick=False)
    client.get(LOG, {"fane": "feilet"})
    assert lines(world, "school_admin") == []
    time_machine.move_to("2026-11-24T08:00:00+01:00", tick=False)
    assert lines(world, "school_admin") == ["2 dokumenter kom ikke fram til arkivet"], "a new day"


def test_a_beat_that_runs_twice_sends_each_document_once(elements, school):
    for number in range(3):
        queue(make_record(f"dok:{number}:v1", folder=f"elevmappe:{number + 1}"), school)
    tasks.start_run()
    tasks.start_run()
    run_all()
    assert keys_archived(elements) == [f"dok:{number}:v1" for number in range(3)]
    assert sorted(ArchiveRun.objects.values_list("archived", flat=True)) == [0, 3], "the second bell starts no run"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2027-03-28T01:59:00+01:00", "2027-03-28T03:11:00+02:00"),  # 02:00 does not exist that night
        ("2026-10-25T01:59:00+02:00", "2026-10-25T02:11:00+02:00"),  # 02:00 comes twice
    ],
)
def test_the_night_the_clock_changes_has_its_run_once(school, time_machine, before, after):
    time_machine.move_to(before, tick=False)
    queue(make_record("dok:1:v1"), school)
    assert watch.catch_up() is None, "its time has not come"
    time_machine.move_to(after, tick=False)
    run = watch.catch_up()
    assert run and Delivery.objects.get().run == run
    time_machine.shift(timedelta(hours=1))
    queue(make_record("dok:2:v1", folder="elevmappe:2"), school)
    assert watch.catch_up() is None, "the hour that comes twice is no second time"


def test_a_run_the_beat_made_is_not_made_again_and_a_clock_set_back_makes_none(school, time_machine):
    time_machine.move_to("2026-11-23T15:30:00+01:00", tick=False)
    queue(make_record("dok:1:v1"), school)
    tasks.start_run()
    queue(make_record("dok:2:v1", folder="elevmappe:2"), school)
    time_machine.move_to("2026-11-23T15:45:00+01:00", tick=False)
    assert watch.catch_up() is None
    time_machine.move_to("2026-11-23T15:10:00+01:00", tick=False)
    assert watch.catch_up() is None
    assert ArchiveRun.objects.count() == 1


def test_beat_down_over_a_run_time_is_caught_up_by_the_sweeper(school, time_machine):
    time_machine.move_to("2026-11-23T15:29:00+01:00", tick=False)
    queue(make_record("dok:1:v1"), school)
    time_machine.move_to("2026-11-23T15:35:00+01:00", tick=False)
    tasks.sweep()
    assert ArchiveRun.objects.count() == 0, "the beat still has its minutes"
    time_machine.move_to("2026-11-23T15:41:00+01:00", tick=False)
    tasks.sweep()
    assert ArchiveRun.objects.get().deliveries.count() == 1


@pytest.mark.parametrize("day", ["2026-10-25", "2027-03-28", "2026-11-23"])
def test_the_next_run_is_told_right_on_every_kind_of_day(day):
    noon = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=clock.OSLO)
    assert log.next_run(noon).astimezone(clock.OSLO).strftime("%H:%M") == "15:30"
    night = datetime.fromisoformat(f"{day}T00:30:00").replace(tzinfo=clock.OSLO)
    assert timedelta(hours=1) <= log.next_run(night) - night <= timedelta(hours=2, minutes=30)


def test_setting_to_ready_starts_the_twelve_hours_anew(world, django_user_model):
    _document, delivery = world.add_document("own")
    Delivery.objects.filter(pk=delivery.pk).update(
        state="parked",
        failure="refused",
        created_at=clock.now() - timedelta(days=5),
        next_at=clock.now() - timedelta(days=5),
    )
    delivery.refresh_from_db()
    actions.set_ready(delivery, by=django_user_model.objects.create(display_name="Arkivar"))
    assert watch.overdue(Delivery.objects.all()).count() == 0
