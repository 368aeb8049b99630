"""A letter goes out once, whatever happens on the way; and what must not go, does not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from guardians.models import GuardianRelation
from messaging import actions, breaker, outbox, polling, tasks
from messaging.channels.svarut.channel import SvarUt
from messaging.models import Dispatch, DispatchAttempt, Peer
from messaging.recipients import Held
from people.models import Address, NationalId, Person, Protection
from tests.messaging.parts import after_the_quiet_period, give_address, make_letter, queue, stored, work
from tests.roles import as_worker

pytestmark = pytest.mark.django_db
State, Failure = Dispatch.State, Dispatch.Failure


def test_a_letter_is_sent_once(world, svarut):
    dispatch = queue(world)
    assert work() == 1
    assert work() == 0
    (sending,) = svarut.store.sendings.values()
    row = stored(dispatch)
    assert (row.state, str(row.svarut_id)) == (State.SENT, sending.id)
    assert sending.data["eksternReferanse"] == str(dispatch.uuid)
    assert row.sent_at and row.next_poll_at


def test_the_role_of_the_workers_may_do_all_of_it(world, svarut):
    dispatch = queue(world)
    svarut.store.faults = ["500_etter_lagring"]
    with as_worker():
        work()
    after_the_quiet_period()
    with as_worker():
        work()
    after_the_quiet_period()
    with as_worker():
        polling.poll()
    assert stored(dispatch).status == "MOTTATT"


def test_nothing_of_the_recipient_is_kept(world, svarut):
    """Number and address are looked up for the sending and stand nowhere afterwards."""
    number = NationalId.objects.get(person=world.people["guardian"]).number
    dispatch = queue(world)
    work()
    (sending,) = svarut.store.sendings.values()
    assert sending.data["mottaker"]["digitalId"] == number
    kept = str([list(Dispatch.objects.values_list()), list(DispatchAttempt.objects.values_list())])
    assert number not in kept and "Brevveien" not in kept
    assert number not in str(dispatch)


def test_queueing_twice_promises_one_letter(world, svarut):
    letter = make_letter(world)
    with transaction.atomic():
        one = actions.queue(letter, school=world.school_a)
        two = actions.queue(letter, school=world.school_a)
    assert one == two
    with transaction.atomic(), pytest.raises(actions.LetterDiffers):
        actions.queue(make_letter(world, recipient="contact_teacher"), school=world.school_a)


@pytest.mark.parametrize("fault", ["500_etter_lagring", "taus_etter_lagring", "uten_id"])
def test_a_lost_receipt_is_looked_up_not_sent_again(world, svarut, fault):
    dispatch = queue(world)
    svarut.store.faults = [fault]
    work()
    assert stored(dispatch).state == State.SENT_UNKNOWN
    assert work() == 0, "nothing is tried before the quiet period is over"
    after_the_quiet_period()
    work()
    assert stored(dispatch).state == State.SENT
    assert len(svarut.store.sendings) == 1
    assert svarut.asked, "it was looked up"


@pytest.mark.parametrize("fault", ["500", "taus"])
def test_what_was_not_stored_is_sent_after_the_look_up(world, svarut, fault):
    dispatch = queue(world)
    svarut.store.faults = [fault]
    work()
    assert stored(dispatch).state == State.SENT_UNKNOWN
    after_the_quiet_period()
    work()
    assert stored(dispatch).state == State.SENT
    assert len(svarut.store.sendings) == 1
    assert svarut.asked, "it was looked up"


def test_a_slow_answer_is_waited_for_no_longer_than_the_time_limit(world, svarut, settings):
    settings.SVARUT_CLIENT_TIMEOUT = 1
    svarut.store.faults = ["treg"]
    dispatch = queue(world)
    work()
    assert stored(dispatch).state == State.SENT_UNKNOWN


def test_a_token_that_has_run_out_is_changed_for_a_new_one(world, svarut):
    dispatch = queue(world)
    svarut.store.faults = ["401"]
    work()
    assert stored(dispatch).state == State.READY
    after_the_quiet_period()
    work()
    assert stored(dispatch).state == State.SENT


def test_three_doubts_in_a_row_park_it(world, svarut):
    dispatch = queue(world)
    svarut.store.faults = ["500"] * 3
    for _ in range(3):
        work()
        after_the_quiet_period()
    row = stored(dispatch)
    assert (row.state, row.failure) == (State.PARKED, Failure.UNANSWERED)
    actions.send_again(row, by=world.user("municipal_admin"))
    after_the_quiet_period()
    work()
    assert stored(dispatch).state == State.SENT


def test_a_worker_that_died_is_taken_over_after_its_lease(world, svarut):
    dispatch = queue(world)
    dead = outbox.claim()
    assert dead is not None and outbox.claim() is None
    after_the_quiet_period()
    work()
    assert stored(dispatch).state == State.SENT
    with pytest.raises(outbox.Superseded):
        dead.permit()
    with pytest.raises(outbox.Superseded):
        dead.sent(dispatch.uuid, b"")


def test_a_sending_found_twice_is_for_a_person(world, svarut):
    dispatch = queue(world)
    svarut.store.take({"eksternReferanse": str(dispatch.uuid)}, [])
    svarut.store.take({"eksternReferanse": str(dispatch.uuid)}, [])
    outbox.claim()
    after_the_quiet_period()
    work()
    assert stored(dispatch).failure == Failure.INCIDENT


def test_a_refusal_says_which_field_to_mend(world, svarut):
    Address.objects.filter(person=world.people["guardian"]).update(postal_code="12")
    dispatch = queue(world)
    work()
    row = stored(dispatch)
    assert (row.state, row.failure) == (State.PARKED, Failure.REFUSED)
    assert "Postnummeret" in row.failure_text
    assert not svarut.store.sendings
    Address.objects.filter(person=world.people["guardian"]).update(postal_code="0002")
    actions.send_again(row, by=None)
    after_the_quiet_period()
    work()
    assert stored(dispatch).state == State.SENT


@pytest.mark.parametrize("level", [Protection.STRICT, Protection.CONFIDENTIAL, Protection.CLIENT])
@pytest.mark.parametrize("whose", ["guardian", "own"])
def test_protection_that_comes_after_queueing_stops_the_letter(world, svarut, level, whose):
    dispatch = queue(world)
    Person.objects.filter(pk=world.people[whose].pk).update(protection=level)
    work()
    row = stored(dispatch)
    assert (row.state, row.failure) == (State.PARKED, Failure.PROTECTED)
    assert not svarut.store.sendings
    with pytest.raises(actions.NotFailed):
        actions.send_again(row, by=world.user("municipal_admin"))


def test_protection_that_comes_while_the_letter_is_made_ready_stops_it(world, svarut):
    """The last look is after everything is packed, right before it goes out."""
    queue(world)
    ticket = outbox.claim()
    parcel = ticket.parcel()
    Person.objects.filter(pk=world.people["guardian"].pk).update(protection=Protection.STRICT)
    with pytest.raises(Held):
        SvarUt().send(parcel, ticket.permit)
    assert not svarut.store.sendings


def test_a_portal_the_officer_has_not_opened_stops_the_letter(world, svarut):
    dispatch = queue(world)
    GuardianRelation.objects.filter(guardian=world.people["guardian"]).update(portal_enabled=False)
    work()
    assert stored(dispatch).failure == Failure.PROTECTED


@pytest.mark.parametrize(
    "change", [{"receives_information": False}, {"state": "ended"}, {"valid_to": "2021-01-01"}], ids=str
)
def test_who_no_longer_receives_gets_nothing(world, svarut, change):
    dispatch = queue(world)
    GuardianRelation.objects.filter(guardian=world.people["guardian"]).update(**change)
    work()
    assert stored(dispatch).failure == Failure.NOT_RECEIVING
    assert not svarut.store.sendings


def test_what_is_missing_is_said(world, svarut):
    Address.objects.filter(person=world.people["guardian"]).delete()
    one = queue(world)
    work()
    assert stored(one).failure == Failure.NO_ADDRESS
    give_address(world.people["guardian"])
    NationalId.objects.filter(person=world.people["guardian"]).update(is_current=False)
    two = queue(world, "dok:2:v1:a")
    work()
    assert stored(two).failure == Failure.NO_NUMBER


def test_changed_content_is_not_sent(world, svarut):
    dispatch = queue(world)
    Dispatch.objects.filter(pk=dispatch.pk).update(title="Noe annet")
    work()
    assert stored(dispatch).failure == Failure.CHANGED
    with pytest.raises(actions.NotFailed):
        actions.send_again(stored(dispatch), by=None)


def test_it_can_be_taken_back_before_it_goes_and_not_after(world, svarut, settings):
    settings.SVARUT_REGRET_MINUTES = 5
    dispatch = queue(world)
    assert work() == 0, "there is time for regret"
    actions.withdraw(dispatch, by=world.user("municipal_admin"))
    after_the_quiet_period()
    assert work() == 0
    settings.SVARUT_REGRET_MINUTES = 0
    other = queue(world, "dok:2:v1:a")
    work()
    with pytest.raises(actions.TooLate):
        actions.withdraw(other, by=world.user("municipal_admin"))


def test_what_svarut_may_have_is_not_taken_back_though_it_waits_to_go_again(world, svarut):
    dispatch = queue(world)
    outbox.claim().doubt("SvarUt svarte ikke.")
    Dispatch.objects.update(state=State.PARKED, failure=Failure.UNANSWERED)
    actions.send_again(stored(dispatch), by=None)
    assert stored(dispatch).state == State.READY
    with pytest.raises(actions.TooLate):
        actions.withdraw(stored(dispatch), by=world.user("municipal_admin"))


def test_an_attempt_that_left_no_line_may_have_gone(world, svarut):
    dispatch = queue(world)
    outbox.claim()
    Dispatch.objects.update(state=State.READY)
    assert actions.may_have_left(stored(dispatch))


def test_a_letter_to_nobody_waits_for_a_person(world, svarut):
    letter = replace(make_letter(world, "dok:9:v1:ingen"), recipient=None)
    with transaction.atomic():
        dispatch = actions.queue(letter, school=world.school_a)
    assert (dispatch.state, dispatch.failure) == (State.PARKED, Failure.NOBODY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Dispatch.objects.filter(pk=dispatch.pk).update(state=State.READY)


def test_without_an_account_letters_wait(world, svarut, settings):
    settings.SVARUT = settings.SVARUT | {"account_id": ""}
    dispatch = queue(world)
    assert work() == 0
    assert stored(dispatch).state == State.READY


def test_svarut_that_does_not_answer_is_left_in_peace(world, svarut, settings):
    settings.SVARUT = settings.SVARUT | {"url": "http://127.0.0.1:9"}
    for n in range(7):
        queue(world, f"dok:{n}:v1:a")
    assert work() == breaker.OPENS_AFTER
    assert breaker.silent_peer("svarut")
    Peer.objects.update(open_until=Now() - timedelta(seconds=1))
    assert work() == 1, "one probe"
    assert not Dispatch.objects.exclude(state=State.READY).exists(), "nothing was sent, and nothing is in doubt"


def test_a_task_that_finds_svarut_left_in_peace_wakes_nobody(world, svarut, monkeypatch):
    rung = []
    monkeypatch.setattr(tasks.bell, "ring", lambda: rung.append(1))
    queue(world)
    Peer.objects.update_or_create(name="svarut", defaults={"open_until": Now() + timedelta(hours=1)})
    tasks.work()
    assert not rung
    after_the_quiet_period()
    tasks.work()
    assert len(rung) == 1


def test_a_schools_many_letters_leave_room_for_anothers(world, svarut):
    for n in range(6):
        queue(world, f"dok:{n}:v1:a")
    Dispatch.objects.update(next_at=Now() - timedelta(hours=1))
    with transaction.atomic():
        other = actions.queue(make_letter(world, "dok:9:v1:a"), school=world.school_b)
    taken = [outbox.claim() for _ in range(3)]
    assert [ticket.dispatch.school for ticket in taken].count(world.school_a) == outbox.LANES_PER_SCHOOL
    assert taken[-1].dispatch.pk == other.pk
    assert outbox.claim() is None
