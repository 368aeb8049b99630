"""Two people who decide about pay in the same moment: one of them does, and the other is told."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from accessctl.models import User
from schoolapp.lib import clock
from staff.models import OrgUnit, PayBatch, PayCode, PayLine, Position
from staff.pay import actions
from staff.pay.actions import PayError, Work
from tests.login import log_in
from tests.world import World, build_world


@pytest.fixture
def committed_world(transactional_db) -> World:
    return build_world()


@pytest.fixture
def line(committed_world: World) -> PayLine:
    world, today = committed_world, clock.today()
    unit = OrgUnit.objects.create(unit_id="4101", school=world.school_a)
    position = Position.objects.create(
        employee=world.people["contact_teacher"].employee, reference="1", number=1, percent=8000, unit=unit,
        school=world.school_a, valid_from=date(2020, 1, 1),
    )  # fmt: skip
    code = PayCode.objects.create(code="1150", name="Vikartime", rate=41230)
    return actions.record(Work(position, code, today, today, 350), by=world.user("school_admin"))


@pytest.fixture
def principals(committed_world: World) -> list[User]:
    deputy = committed_world.add_employee("deputy", role="rektor", schools=(committed_world.school_a,))
    assert deputy.person.user
    return [committed_world.user("principal"), deputy.person.user]


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """What each was told, when all begin in the same moment; nothing for what went through."""
    barrier, told = threading.Barrier(len(acts)), []

    def begin(act: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            act()
            told.append("")
        except PayError as error:
            told.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=begin, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


def test_two_approve_the_same_line(line, principals):
    done, told = at_once(*[lambda by=by: actions.approve([line], by=by) for by in principals])
    assert done == "" and "behandlet allerede" in told
    line.refresh_from_db()
    assert line.state == PayLine.State.APPROVED and line.approved_by in principals


def test_two_transfer_the_same_month(committed_world, line, principals):
    actions.approve([line], by=principals[0])
    school, month = committed_world.school_a, clock.today().replace(day=1)
    seen = actions.digest_of(list(actions.ready(school, month)))
    done, told = at_once(*[
        lambda by=by: actions.transfer(school, period=month, seen=seen, by=by) for by in principals
    ])  # fmt: skip
    assert done == "" and "Måneden er overført" in told
    batch = PayBatch.objects.get()
    line.refresh_from_db()
    assert (line.batch, batch.line_count) == (batch, 1)
    assert bytes(batch.content).count(line.source_id.encode()) == 1


def test_no_more_is_taken_back_than_was_paid(committed_world, line, principals):
    actions.approve([line], by=principals[0])
    school, month = committed_world.school_a, clock.today().replace(day=1)
    seen = actions.digest_of(list(actions.ready(school, month)))
    actions.transfer(school, period=month, seen=seen, by=principals[0])
    line.refresh_from_db()
    inspector = committed_world.user("school_admin")
    act = lambda: actions.correct(line, quantity=200, comment="For mye", by=inspector)  # noqa: E731
    done, told = at_once(act, act)
    assert done == "" and "Så mye er ikke igjen" in told
    assert actions.left_of(line) == 150


def test_what_is_changed_after_it_was_seen_is_not_approved(committed_world, line, principals, client):
    seen, work = line.key, Work(line.position, line.pay_code, line.first_day, line.last_day, 9_900)
    actions.change(line, work, by=committed_world.user("school_admin"))
    with pytest.raises(PayError, match="endret siden du så dem"):
        actions.approve([line], by=principals[0])
    log_in(client, principals[0])
    page = client.post(reverse("staff:pay_decide"), {"valgt": [seen], "valg": "godkjenn"}, follow=True)
    assert "endret siden du så dem" in page.content.decode()
    line.refresh_from_db()
    assert line.state == PayLine.State.RECORDED
