"""What SvarUt tells about a letter after it has taken it, and what that leads to."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now

from messaging import actions, polling, words
from messaging.channels.base import Standing
from messaging.channels.svarut.channel import SvarUt
from messaging.models import Dispatch, Peer
from sandbox.svarut.server import STATUS
from tests.messaging.parts import after_the_quiet_period, queue, stored, work

pytestmark = pytest.mark.django_db
State, Failure = Dispatch.State, Dispatch.Failure


def sent(world, svarut, fault: str = "") -> Dispatch:
    dispatch = queue(world, f"dok:{Dispatch.objects.count()}:v1:a")
    svarut.store.faults = [fault] if fault else []
    work()
    after_the_quiet_period()
    return stored(dispatch)


def move(svarut, dispatch: Dispatch) -> Dispatch:
    """SvarUt comes a step further with it, and is asked."""
    svarut.store.move_on([str(dispatch.svarut_id)])
    after_the_quiet_period()
    polling.poll()
    return stored(dispatch)


def test_a_digital_letter_is_followed_until_it_is_read(world, svarut):
    dispatch = sent(world, svarut)
    polling.poll()
    assert stored(dispatch).status == "MOTTATT"
    seen = [move(svarut, dispatch) for _ in range(3)]
    assert [row.status for row in seen] == ["AKSEPTERT", "SENDT_DIGITALT", "LEST"]
    read = seen[-1]
    assert (read.way, words.of(read)[0]) == ("digital", "Lest")
    assert read.read_at and read.next_poll_at is None
    assert [event["text"] for event in read.events][-1] == "Lest av mottaker"


def test_a_printed_letter_says_so(world, svarut):
    dispatch = sent(world, svarut, "print")
    for _ in range(3):
        row = move(svarut, dispatch)
    assert (row.status, row.way) == ("PRINTET", "print")


def test_a_status_nobody_has_heard_of_is_kept_and_under_way(world, svarut):
    row = move(svarut, sent(world, svarut, "ukjent_status"))
    assert row.status == "SENDT_MED_BREVDUE"
    assert words.of(row) == words.UNDER_WAY and row.next_poll_at


def test_a_rejection_is_for_a_person_and_goes_again_when_it_is_mended(world, svarut):
    first = sent(world, svarut, "avvist")
    row = move(svarut, first)
    assert (row.state, row.failure) == (State.PARKED, Failure.REFUSED)
    assert "Fødselsnummeret" in row.failure_text
    actions.send_again(row, by=None)
    after_the_quiet_period()
    work()
    again = stored(row)
    assert again.state == State.SENT and again.svarut_id != first.svarut_id
    assert len(svarut.store.by_reference(str(row.uuid))) == 2


def test_what_svarut_lost_on_the_way_in_goes_again_by_itself_a_few_times(world, svarut):
    dispatch = sent(world, svarut, "feilet_under_mottak")
    polling.poll()
    row = stored(dispatch)
    assert (row.state, row.former_ids) == (State.READY, [str(dispatch.svarut_id)])
    for _ in range(2):
        svarut.store.faults = ["feilet_under_mottak"]
        after_the_quiet_period()
        work()
        after_the_quiet_period()
        polling.poll()
    row = stored(dispatch)
    assert (row.state, row.failure) == (State.PARKED, Failure.RECEPTION)
    actions.send_again(row, by=None)
    after_the_quiet_period()
    work()
    assert stored(dispatch).state == State.SENT


def test_what_did_not_arrive_is_shown_and_can_go_again(world, svarut):
    dispatch = sent(world, svarut, "ikke_levert")
    move(svarut, dispatch)
    row = move(svarut, dispatch)
    assert row.status == words.NOT_DELIVERED and actions.may_go_again(row)


def test_two_pollers_take_different_letters(world, svarut):
    for _ in range(3):
        sent(world, svarut)
    after_the_quiet_period()
    one, two = polling.take(), polling.take()
    assert len(one) == 3 and two == []


def test_a_receipt_told_twice_or_late_changes_nothing(world, svarut):
    dispatch = sent(world, svarut)
    channel, at = SvarUt(), datetime(2026, 11, 20, 12, tzinfo=UTC)
    newer = Standing(dispatch.svarut_id, "AKSEPTERT", at)
    assert polling._apply(newer, channel)
    before = Dispatch.objects.values().get(pk=dispatch.pk)
    assert not polling._apply(newer, channel)
    assert not polling._apply(Standing(dispatch.svarut_id, "MOTTATT", at - timedelta(minutes=1)), channel)
    assert Dispatch.objects.values().get(pk=dispatch.pk) == before


def test_many_letters_are_asked_about_at_once(world, svarut):
    for _ in range(3):
        sent(world, svarut)
    svarut.asked.clear()
    polling.poll()
    assert svarut.asked.count(STATUS) == 1


def test_letters_are_asked_about_more_seldom_as_they_grow_older(world, svarut):
    dispatch = sent(world, svarut)
    waits = []
    for age in (timedelta(hours=1), timedelta(days=2), timedelta(days=30), timedelta(days=90)):
        Dispatch.objects.update(sent_at=Now() - age, next_poll_at=Now() - timedelta(seconds=1))
        polling.take()
        row = Dispatch.objects.annotate(now=Now()).get(pk=dispatch.pk)
        waits.append(round((row.next_poll_at - row.now).total_seconds()) if row.next_poll_at else None)
    assert waits == [300, 3600, 86400, None]


def test_svarut_that_does_not_answer_loses_nothing(world, svarut, settings):
    dispatch = sent(world, svarut)
    url = settings.SVARUT["url"]
    settings.SVARUT = settings.SVARUT | {"url": "http://127.0.0.1:9"}
    assert polling.poll() == 0
    assert Peer.objects.get(name="svarut").failures == 1
    settings.SVARUT = settings.SVARUT | {"url": url}
    after_the_quiet_period()
    assert polling.poll() == 1
    assert stored(dispatch).status == "MOTTATT"


def test_update_status_asks_soon(world, svarut):
    dispatch = sent(world, svarut)
    Dispatch.objects.update(next_poll_at=Now() + timedelta(days=1))
    assert actions.ask_status(Dispatch.objects.all()) == 1
    polling.poll()
    assert stored(dispatch).status == "MOTTATT"
