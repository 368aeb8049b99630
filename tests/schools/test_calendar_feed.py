"""The calendar at a secret address: the right days, no pupils, and an address that is nowhere but with its owner."""

import logging
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from hypothesis import given
from hypothesis import strategies as st

from accessctl.models import AccessEvent
from schoolapp.lib import clock
from schoolapp.lib.logs import redacted
from schools.calendar_feed import actions, views
from schools.calendar_feed.events import events_of
from schools.calendar_feed.ical import Event, calendar, escaped
from schools.models import CalendarEntry, CalendarFeed
from tests.login import log_in


@pytest.fixture(autouse=True)
def no_misses():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def days(world) -> None:
    first = world.year.starts_on + timedelta(days=70)
    for name, school in (("Høstferie", None), ("Plandag A", world.school_a), ("Plandag B", world.school_b)):
        CalendarEntry.objects.create(
            school_year=world.year, school=school, kind="holiday", name=name, first_day=first, last_day=first
        )


def unfolded(content: bytes) -> str:
    return content.replace(b"\r\n ", b"").decode()


@given(st.text(max_size=300), st.text(max_size=300))
def test_every_line_is_short_and_unfolds_to_what_was_meant(title, detail):
    event = Event("a@b", date(2026, 10, 5), date(2026, 10, 9), title, detail)
    content = calendar("Kalender", [event], stamp=date(2026, 1, 1))
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    lines = unfolded(content).split("\r\n")
    assert f"SUMMARY:{escaped(title)}" in lines
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1
    assert {"DTSTART;VALUE=DATE:20261005", "DTEND;VALUE=DATE:20261010"} <= set(lines)


def test_own_schools_and_own_deadlines(world, days):
    principal = {event.title for event in events_of(world.user("principal"))}
    assert {"Høstferie", "Plandag A (Skole A)"} <= principal
    assert "Plandag B (Skole B)" not in principal
    teacher_b = {event.title for event in events_of(world.user("teacher_b"))}
    assert {"Høstferie", "Plandag B (Skole B)"} <= teacher_b
    assert [title for title in principal if title.startswith("Send GSI-tallene")] == ["Send GSI-tallene (Skole A)"]
    assert not [title for title in teacher_b if "GSI" in title]
    assert events_of(world.user("guardian")) == events_of(world.user("no_role")) == []


def test_ids_stay_and_are_told_once(world, days):
    first, again = events_of(world.user("municipal_admin")), events_of(world.user("municipal_admin"))
    assert [event.uid for event in first] == [event.uid for event in again]
    assert len({event.uid for event in first}) == len(first) > 3


def test_the_address_is_shown_once_and_reset(world, days, client):
    log_in(client, world.user("principal"))
    assert client.get("/min-kalender/").status_code == 200
    answer = client.post("/min-kalender/ny-adresse/")
    assert "no-store" in answer["Cache-Control"]
    token = answer.text.partition("/kalender/")[2].partition(".ics")[0]
    assert len(token) > 40
    stored = CalendarFeed.objects.get()
    assert token not in str(vars(stored))
    assert token not in client.get("/min-kalender/").text
    assert not AccessEvent.objects.filter(what__contains=token).exists()
    client.logout()
    read = client.get(f"/kalender/{token}.ics")
    assert (read.status_code, read["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert "Plandag A" in unfolded(read.content)
    assert "no-store" in read["Cache-Control"]
    other = actions.make_address(world.user("principal"))
    assert client.get(f"/kalender/{token}.ics").status_code == 404
    assert client.get(f"/kalender/{other}.ics").status_code == 200
    actions.end_address(world.user("principal"))
    assert client.get(f"/kalender/{other}.ics").status_code == 404


def test_who_has_left_has_no_calendar(world, client):
    token = actions.make_address(world.user("principal"))
    world.users["principal"].is_active = False
    world.users["principal"].save()
    assert client.get(f"/kalender/{token}.ics").status_code == 404


def test_no_pupil_is_in_it(world, days, client):
    token = actions.make_address(world.user("principal"))
    content = unfolded(client.get(f"/kalender/{token}.ics").content)
    for person in world.people.values():
        assert person.full_name not in content
        assert str(person.uuid) not in content


def test_many_guesses_are_stopped(world, client, monkeypatch):
    monkeypatch.setattr(views, "MOST_MISSES", 5)
    token = actions.make_address(world.user("principal"))
    for number in range(views.MOST_MISSES):
        assert client.get(f"/kalender/gjett{number}.ics").status_code == 404
    assert client.get("/kalender/gjett.ics").status_code == 429
    assert client.get(f"/kalender/{token}.ics").status_code == 429
    cache.clear()
    assert client.get(f"/kalender/{token}.ics").status_code == 200


def test_the_address_is_not_in_the_log(world, client, caplog):
    with caplog.at_level(logging.DEBUG):
        client.get("/kalender/en-hemmelig-adresse.ics")
    lines = [record.getMessage() for record in caplog.records if "/kalender/" in record.getMessage()]
    assert lines
    assert not [line for line in lines if "en-hemmelig-adresse" in redacted(line)]


def test_reading_notes_the_day_only(world, client):
    token = actions.make_address(world.user("principal"))
    client.get(f"/kalender/{token}.ics")
    assert CalendarFeed.objects.get().read_on == clock.today()


def test_a_program_that_has_the_newest_gets_nothing_again(world, days, client):
    token = actions.make_address(world.user("principal"))
    first = client.get(f"/kalender/{token}.ics")
    again = client.get(f"/kalender/{token}.ics", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    CalendarEntry.objects.filter(name="Plandag A").delete()
    changed = client.get(f"/kalender/{token}.ics", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert b"Plandag A" not in changed.content
    actions.make_address(world.user("principal"))
    assert client.get(f"/kalender/{token}.ics", headers={"If-None-Match": first["ETag"]}).status_code == 404


def test_the_calendar_does_not_change_with_a_protected_pupil(world):
    """What is told past the wall must not tell of them: a task that stands open only for them would."""
    before = events_of(world.user("school_admin"))
    hidden = world.pupils["protected"]
    hidden.memberships.all().delete()
    hidden.home_class_name = ""
    hidden.save()
    assert events_of(world.user("school_admin")) == before
