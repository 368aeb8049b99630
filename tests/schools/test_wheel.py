"""The year wheel: what is due when, whose it is, and that a line goes when the thing is done."""

from dataclasses import replace
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accessctl.models import Role, RoleAssignment
from schools.models import DutyDate, DutyDone, SchoolYear
from schools.today import lines_for
from schools.wheel.actions import DutyError, set_due, take_back, tick_off
from schools.wheel.board import Cell, Row, board
from schools.wheel.duties import Counted, Duty, duties, duty_called, register
from schools.wheel.states import OPENS_BEFORE, State, state_of
from students.models import Group, Membership
from tests.login import log_in

DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))
TICKED = "parents-meeting"  # the principal's, once per school, before 30 September


@given(due=DAYS, today=DAYS, is_done=st.booleans(), is_blocked=st.booleans())
def test_a_state_follows_from_the_date(due, today, is_done, is_blocked):
    state = state_of(is_done=is_done, due=due, today=today, is_blocked=is_blocked)
    assert (state == State.DONE) == is_done
    assert (state == State.LATE) == (not is_done and due < today)
    if not is_done and due >= today:
        expected = State.WAITING if is_blocked else State.NOW if (due - today) <= OPENS_BEFORE else State.LATER
        assert state == expected


def test_the_date_of_a_task_lies_in_its_school_year():
    year = SchoolYear(starts_on=date(2026, 8, 1), ends_on=date(2027, 7, 31))
    for duty in duties():
        assert year.starts_on <= duty.due_in(year) <= year.ends_on, duty.slug
    assert duty_called("archive-term").due_in(year) == date(2027, 1, 25)
    assert duty_called("photographer").due_in(year) == date(2026, 9, 15)


def test_every_task_has_an_owner_that_ships_and_waits_for_tasks_that_exist(world):
    roles, known = set(Role.objects.values_list("slug", flat=True)), {duty.slug for duty in duties()}
    for duty in duties():
        assert set(duty.owners) <= roles, duty.slug
        assert set(duty.after) <= known, duty.slug


def titles(user):
    return {str(line.title) for line in lines_for(user)}


def on_day(time_machine, world, day):
    time_machine.move_to(f"{world.year.starts_on.year if day > '08' else world.year.ends_on.year}-{day}T10:00:00+02:00")


def test_a_line_comes_when_the_time_is_near_and_goes_when_done(world, time_machine):
    duty = duty_called(TICKED)
    RoleAssignment.objects.update(valid_from=world.year.starts_on)
    on_day(time_machine, world, "08-20")
    assert str(duty.title) not in titles(world.user("principal"))
    on_day(time_machine, world, "09-20")
    assert str(duty.title) in titles(world.user("principal"))
    assert str(duty.title) not in titles(world.user("contact_teacher"))
    tick_off(duty, year=world.year, school=world.school_a, by=world.user("principal"))
    assert str(duty.title) not in titles(world.user("principal"))
    take_back(duty, year=world.year, school=world.school_a, by=world.user("principal"))
    assert str(duty.title) in titles(world.user("principal"))


def test_a_task_of_another_school_cannot_be_ticked_off(world):
    with pytest.raises(DutyError):
        tick_off(duty_called(TICKED), year=world.year, school=world.school_b, by=world.user("principal"))
    with pytest.raises(DutyError):
        tick_off(duty_called("deadlines"), year=world.year, school=None, by=world.user("principal"))
    assert not DutyDone.objects.exists()


def test_what_is_counted_cannot_be_ticked_off(world):
    with pytest.raises(DutyError):
        tick_off(duty_called("contact-teachers"), year=world.year, school=world.school_a, by=world.user("school_admin"))


def test_a_task_waits_for_the_one_before_it(world, time_machine):
    on_day(time_machine, world, "12-01")
    [row] = board(world.year, [world.school_a], [duty_called("school-places")])
    assert row.state == State.WAITING
    tick_off(duty_called("invite-first-graders"), year=world.year, school=world.school_a, by=world.user("team"))
    [row] = board(world.year, [world.school_a], [duty_called("school-places")])
    assert row.state == State.NOW


def test_a_schools_own_date_goes_before_the_municipalitys(world):
    duty, year = duty_called(TICKED), world.year
    first, second = date(year.starts_on.year, 10, 5), date(year.starts_on.year, 10, 9)
    set_due(duty, year=year, school=None, due_on=first, by=world.user("municipal_admin"))
    set_due(duty, year=year, school=world.school_a, due_on=second, by=world.user("principal"))
    [row] = board(year, [world.school_a, world.school_b], [duty])
    assert {cell.school: cell.due for cell in row.cells} == {world.school_a: second, world.school_b: first}


def test_a_date_is_moved_only_by_who_may_and_within_the_year(world):
    duty, year = duty_called(TICKED), world.year
    inside = date(year.starts_on.year, 10, 5)
    for school, day, by in [
        (None, inside, "principal"),
        (world.school_b, inside, "principal"),
        (world.school_a, inside, "school_admin"),
        (world.school_a, date(year.starts_on.year, 7, 31), "principal"),
    ]:
        with pytest.raises(DutyError):
            set_due(duty, year=year, school=school, due_on=day, by=world.user(by))
    assert not DutyDate.objects.exists()


def test_a_counted_task_follows_the_pupils(world):
    duty = duty_called("pupils-in-classes")
    [row] = board(world.year, [world.school_a], [duty])
    assert row.is_done
    pupil = world.pupils["own"]
    Membership.objects.filter(student=pupil).delete()
    pupil.home_class_name = ""
    pupil.save()
    [row] = board(world.year, [world.school_a], [duty])
    [cell] = row.cells
    assert (cell.progress.total - cell.progress.done, row.is_done) == (1, False)


def test_a_class_without_a_contact_teacher_opens_the_task(world):
    duty = duty_called("contact-teachers")
    before = board(world.year, [world.school_b], [duty])[0].cells[0].progress
    world.add_group("4X", world.school_b, 4)
    after = board(world.year, [world.school_b], [duty])[0].cells[0].progress
    assert (after.done, after.total) == (before.done, before.total + 1)
    Group.objects.filter(name="4X").update(closed_on=world.year.starts_on)
    assert board(world.year, [world.school_b], [duty])[0].cells[0].progress == before


@pytest.fixture
def principal(world):
    client = Client()
    log_in(client, world.user("principal"))
    return client


def test_the_page_shows_own_tasks_and_on_request_all(principal, world):
    own = principal.get(reverse("schools:wheel")).content.decode()
    every = principal.get(reverse("schools:wheel") + "?vis=alle").content.decode()
    assert str(duty_called(TICKED).title) in own
    assert str(duty_called("registers").title) not in own
    assert str(duty_called("check-contacts").title) in every


def test_a_teacher_reads_the_wheel_of_the_own_school_with_the_schools_numbers(principal, world):
    teacher = Client()
    log_in(teacher, world.user("contact_teacher"))
    page = teacher.get(reverse("schools:wheel"))
    assert [school.pk for school in page.context["schools"]] == [world.school_a.pk]
    assert str(duty_called(TICKED).title) in page.content.decode()
    assert "Din oppgave" not in page.content.decode()
    assert "Din oppgave" in principal.get(reverse("schools:wheel") + "?vis=alle").content.decode()
    counted = reverse("schools:duty", args=["pupils-in-classes"])
    seen, known = (client.get(counted).context["row"].cells[0].progress for client in (teacher, principal))
    assert seen == known and known.total > 1


def test_a_teacher_changes_nothing_in_the_wheel_and_is_sent_to_no_closed_page(principal, world):
    teacher = Client()
    log_in(teacher, world.user("contact_teacher"))
    url = reverse("schools:duty", args=[TICKED])
    said = teacher.post(url, {"valg": "gjort", "skole": world.school_a.uuid}, follow=True)
    assert not DutyDone.objects.exists() and said.status_code == 200
    assert teacher.post(url, {"valg": "gjort", "skole": world.school_b.uuid}).status_code == 404
    assert "Endre fristen" not in said.content.decode()
    for duty in duties():
        place = teacher.get(reverse("schools:duty", args=[duty.slug])).context["place"]
        assert not place or teacher.get(place).status_code == 200, duty.slug


def test_ticking_off_and_a_bad_date_on_the_page(principal, world):
    url = reverse("schools:duty", args=[TICKED])
    assert principal.post(url, {"valg": "gjort", "skole": world.school_a.uuid}).status_code == 302
    assert DutyDone.objects.get().school == world.school_a
    assert principal.post(url, {"valg": "gjort", "skole": world.school_b.uuid}).status_code == 404
    answer = principal.post(url, {"valg": "frist", "skole": world.school_a.uuid, "frist": "31.04.2027"})
    assert answer.status_code == 422
    assert not DutyDate.objects.exists()
    assert principal.get(reverse("schools:duty", args=["finnes-ikke"])).status_code == 404


def test_two_who_tick_off_leave_one_row(world):
    duty = duty_called(TICKED)
    for _attempt in range(2):
        tick_off(duty, year=world.year, school=world.school_a, by=world.user("principal"))
    assert DutyDone.objects.count() == 1


def test_what_must_be_done_first_is_due_first_and_nothing_waits_for_itself():
    known = {duty.slug: duty for duty in duties()}
    year = SchoolYear(starts_on=date(2026, 8, 1), ends_on=date(2027, 7, 31))

    def before(slug, way):
        assert slug not in way, way
        for other in known[slug].after:
            assert known[other].due_in(year) <= known[slug].due_in(year), (other, slug)
            before(other, (*way, slug))

    for slug in known:
        before(slug, ())


def test_every_link_leads_to_a_page_in_use():
    for duty in duties():
        if duty.url_name:
            assert reverse(duty.url_name), duty.slug


def test_an_app_that_counts_a_task_takes_it_over_whichever_comes_first(monkeypatch):
    monkeypatch.setattr("schools.wheel.duties._duties", {})
    ticked = Duty("trial", "Ticked", "", ("rektor",), (9, 1))
    counted = replace(ticked, title="Counted", progress=Counted(lambda *_: {}, lambda *_: {}))
    for order in ([ticked, counted], [counted, ticked]):
        register(*order)
        assert duty_called("trial") == counted
        monkeypatch.setattr("schools.wheel.duties._duties", {})


def test_what_is_said_of_one_year_says_nothing_of_the_next(world):
    duty, year = duty_called(TICKED), world.year
    following = SchoolYear.objects.create(
        starts_on=date(year.ends_on.year, 8, 1), ends_on=date(year.ends_on.year + 1, 7, 31), state="planning"
    )
    tick_off(duty, year=year, school=world.school_a, by=world.user("principal"))
    moved = date(year.starts_on.year, 10, 5)
    set_due(duty, year=year, school=world.school_a, due_on=moved, by=world.user("principal"))
    [this], [then] = (board(one, [world.school_a], [duty])[0].cells for one in (year, following))
    assert (this.state, this.due) == (State.DONE, moved)
    assert (then.state == State.DONE, then.due) == (False, duty.due_in(following))


def test_a_protected_pupil_changes_no_number_whoever_looks(world):
    duty = duty_called("pupils-in-classes")
    before = board(world.year, [world.school_a], [duty])[0].cells[0].progress
    hidden = world.pupils["protected"]
    Membership.objects.filter(student=hidden).delete()
    hidden.home_class_name = ""
    hidden.save()
    assert board(world.year, [world.school_a], [duty])[0].cells[0].progress == before


@given(data=st.data())
def test_the_most_pressing_cell_speaks_for_the_row(data):
    """A row is done when all its cells are; its date is the first that still stands."""
    states = data.draw(st.lists(st.sampled_from(list(State)), min_size=1, max_size=6))
    days = data.draw(st.lists(DAYS, min_size=len(states), max_size=len(states)))
    cells = [Cell(duties()[0], None, day, state, None, None) for day, state in zip(days, states, strict=True)]
    row = Row(duties()[0], cells)
    assert row.is_done == all(state == State.DONE for state in states) == (row.state == State.DONE)
    standing = [day for day, state in zip(days, states, strict=True) if state != State.DONE]
    assert row.due == min(standing or days)
    assert row.state.needs_somebody == any(state in (State.LATE, State.NOW) for state in states)
