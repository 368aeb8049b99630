"""Moves of all kinds: what happens on the day and not before, and that taking back restores exactly."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessctl.permissions import Permission
from admissions.models import Move, MoveStep
from admissions.moves import actions
from admissions.moves.actions import Decision
from admissions.moves.due import carry_out_due
from admissions.moves.errors import MoveError
from admissions.moves.reading import case_page
from admissions.moves.rules import STEPS, steps_of
from schoolapp.lib import clock
from schools.models import SchoolYear
from schools.today import lines_for
from students.actions import place_in_class, register_students
from students.models import Enrolment, Group, Membership, Student
from tests.admissions.moving import begun, browser, day, decided, to_b
from tests.world import World

Kind, State = Move.Kind, Move.State


@pytest.fixture(autouse=True)
def inside_the_year(world: World) -> None:
    """Moves need some days of the school year on both sides."""
    if not world.year.starts_on + timedelta(days=20) < clock.today() < world.year.ends_on - timedelta(days=50):
        pytest.skip("too near the end of a school year")


def snapshot(student: Student) -> tuple:
    """Everything of places and groups, as rows, and what is repeated on the pupil."""
    fresh = Student.objects.get(pk=student.pk)
    places = student.enrolments.order_by("school", "valid_from").values_list(
        "school", "grade_level", "state", "valid_from", "valid_to"
    )
    groups = student.memberships.order_by("group", "valid_from").values_list(
        "group", "is_home_class", "valid_from", "valid_to"
    )
    return list(places), list(groups), (fresh.school_id, fresh.grade_level, fresh.home_class_name)


def test_a_draft_changes_nothing_and_is_taken_up_again(world):
    before = snapshot(world.pupils["other_class"])
    move = begun(world, Kind.WITHIN)
    assert begun(world, Kind.WITHIN) == move
    assert snapshot(move.student) == before
    assert [step.kind for step in move.steps.order_by("pk")] == [kind for kind in STEPS[Kind.WITHIN] if kind != "sfo"]
    with pytest.raises(MoveError):
        begun(world, Kind.OUT)


def test_a_trial_saves_nothing(world):
    move = begun(world, Kind.WITHIN)
    actions.decide(move, decision=to_b(world), by=world.user("school_admin"), is_trial=True)
    move.refresh_from_db()
    assert (move.state, move.first_day, move.to_school) == (State.DRAFT, None, None)


def test_a_move_to_come_takes_effect_on_its_day_whole(world, monkeypatch):
    student = world.pupils["other_class"]
    before = snapshot(student)
    move = decided(world, offset=3)
    assert snapshot(student) == before
    assert carry_out_due() == (0, 0)
    monkeypatch.setattr(clock, "today", lambda: move.first_day)
    assert carry_out_due() == (1, 0)
    assert carry_out_due() == (0, 0)
    places = list(student.enrolments.order_by("valid_from").values_list("school", "state", "valid_to"))
    assert places == [
        (world.school_a.pk, Enrolment.State.MOVED_INTERNAL, move.last_day),
        (world.school_b.pk, Enrolment.State.ACTIVE, None),
    ]
    assert not student.memberships.filter(valid_to__isnull=True).exists()
    assert set(student.memberships.values_list("valid_to", flat=True)) == {move.last_day}
    assert Student.objects.get(pk=student.pk).school == world.school_b


def test_access_follows_the_pupil_from_the_day(world, monkeypatch):
    student = world.pupils["other_class"]

    def sees(name: str) -> bool:
        return Student.objects.visible_to(world.user(name)).filter(pk=student.pk).exists()

    move = decided(world, offset=3)
    assert sees("school_admin") and sees("subject_teacher") and not sees("school_admin_b")
    monkeypatch.setattr(clock, "today", lambda: move.first_day)
    carry_out_due()
    assert not sees("school_admin") and not sees("subject_teacher") and sees("school_admin_b")


def test_a_class_chosen_before_the_day_begins_with_it(world):
    move = decided(world, offset=2)
    actions.place(move, group=world.groups["8A"], by=world.user("school_admin_b"))
    assert not Membership.objects.filter(student=move.student, group=world.groups["8A"]).exists()
    actions.change_day(move, first_day=day(0), by=world.user("school_admin"))
    row = Membership.objects.get(student=move.student, group=world.groups["8A"])
    assert (row.valid_from, row.valid_to) == (day(0), None)
    assert Student.objects.get(pk=move.student_id).home_class_name == "8A"


@pytest.mark.parametrize("kind", [Kind.WITHIN, Kind.OUT, Kind.PRIVATE, Kind.HOME, Kind.EXEMPT])
@pytest.mark.parametrize("offset", [-3, 0])
def test_taking_back_restores_exactly(world, kind, offset):
    student = world.pupils["other_class"]
    sfo = world.add_group("SFO", world.school_a, 5, Group.Kind.SFO_GROUP)
    Membership.objects.create(student=student, group=sfo, is_home_class=False, valid_from=day(-10), valid_to=day(40))
    later = world.add_group("Kor", world.school_a, 5, Group.Kind.SUBJECT_GROUP)
    Membership.objects.create(student=student, group=later, is_home_class=False, valid_from=day(9))
    before = snapshot(student)
    move = decided(world, kind, offset)
    assert move.state == State.DONE and snapshot(student) != before
    actions.undo(move, by=world.user("municipal_admin"))
    assert snapshot(student) == before


def test_who_leaves_is_out_of_the_groups_of_a_published_coming_year_too(world):
    student, this = world.pupils["other_class"], world.year
    coming = SchoolYear.objects.create(
        starts_on=this.ends_on + timedelta(days=1), ends_on=this.ends_on + timedelta(days=365), state="planning"
    )
    group = Group.objects.create(school=world.school_a, school_year=coming, kind="home_class", name="6B", grade_level=6)
    student.memberships.update(valid_to=this.ends_on)
    Membership.objects.create(student=student, group=group, is_home_class=True, valid_from=coming.starts_on)
    before = snapshot(student)
    move = decided(world, Kind.OUT, 0)
    assert not student.memberships.filter(group__school_year=coming).exists()
    actions.undo(move, by=world.user("municipal_admin"))
    assert snapshot(student) == before


def test_a_move_is_taken_back_also_when_the_coming_year_has_been_published_since(world):
    student, this = world.pupils["other_class"], world.year
    move = decided(world, Kind.WITHIN, 0)
    coming = SchoolYear.objects.create(
        starts_on=this.ends_on + timedelta(days=1), ends_on=this.ends_on + timedelta(days=365), state="planning"
    )
    group = Group.objects.create(school=world.school_b, school_year=coming, kind="home_class", name="9A", grade_level=9)
    student.memberships.filter(valid_to=None).update(valid_to=this.ends_on)
    Membership.objects.create(student=student, group=group, is_home_class=True, valid_from=coming.starts_on)
    actions.undo(move, by=world.user("school_admin"))
    assert student.memberships.on().get(is_home_class=True).group == world.groups["5B"]
    assert student.memberships.get(group=world.groups["5B"]).valid_to == this.ends_on


def test_a_place_given_ahead_disappears_with_the_case(world):
    person = world.add_person("Ny", "Ådland", born=date(world.year.starts_on.year - 10, 5, 5))
    student = register_students([person], by=None)[0][person.pk]
    user = world.user("school_admin")
    move = actions.start(student, kind=Kind.IN, to_school=world.school_a, by=user)
    decision = Decision(
        first_day=day(4), to_school=world.school_a, grade_level=5, group=world.groups["5A"], reason="Nærskolen."
    )
    actions.decide(move, decision=decision, by=user)
    assert Student.objects.visible_to(user, Permission.EDIT_PUPIL).filter(pk=student.pk).exists()
    assert student.enrolments.get().valid_from == day(4)
    assert Student.objects.get(pk=student.pk).home_class_name == ""
    actions.cancel(Move.objects.get(pk=move.pk), by=user)
    assert snapshot(student) == ([], [], (None, None, ""))


def test_exempt_pupils_stay_listed_and_come_back(world):
    student = world.pupils["other_class"]
    move = decided(world, Kind.EXEMPT, 0)
    fresh = Student.objects.get(pk=student.pk)
    assert (fresh.school, fresh.home_class_name) == (world.school_a, "5B")
    assert student.memberships.get(group=world.groups["5 matematikk"]).valid_to == move.last_day
    back = actions.start(fresh, kind=Kind.BACK, to_school=world.school_a, by=world.user("school_admin"))
    decision = Decision(first_day=day(1), to_school=world.school_a, grade_level=5, reason="Fritaket er over.")
    actions.decide(back, decision=decision, by=world.user("school_admin"))
    exempt = student.enrolments.get(state=Enrolment.State.EXEMPT, valid_from=move.first_day)
    assert exempt.valid_to == day(0)
    assert student.enrolments.get(state=Enrolment.State.ACTIVE).valid_from == day(1)


@pytest.mark.parametrize("kind", [Kind.OUT, Kind.PRIVATE, Kind.HOME])
def test_a_place_in_sfo_is_not_terminated_for_who_leaves(world, kind):
    student = world.pupils["other_class"]
    sfo = world.add_group("SFO", world.school_a, 5, Group.Kind.SFO_GROUP)
    row = Membership.objects.create(student=student, group=sfo, is_home_class=False, valid_from=day(-10))
    move = decided(world, kind, 0)
    row.refresh_from_db()
    assert row.valid_to is None
    assert move.steps.get(kind=MoveStep.Kind.SFO).state == MoveStep.State.OPEN


def test_who_changes_school_leaves_the_sfo_group_of_the_old_one(world):
    student = world.pupils["other_class"]
    sfo = world.add_group("SFO", world.school_a, 5, Group.Kind.SFO_GROUP)
    row = Membership.objects.create(student=student, group=sfo, is_home_class=False, valid_from=day(-10))
    decided(world, Kind.WITHIN, 0)
    row.refresh_from_db()
    assert row.valid_to == day(-1)


def test_what_can_not_be_is_refused_in_words(world):
    user, move = world.user("school_admin"), begun(world, Kind.WITHIN)
    wrong = [
        Decision(first_day=world.year.ends_on + timedelta(days=1), to_school=world.school_b, grade_level=8, reason="x"),
        Decision(first_day=world.year.starts_on, to_school=world.school_b, grade_level=8, reason="x"),
        Decision(first_day=day(1), to_school=world.school_a, grade_level=5, reason="x"),
        Decision(first_day=day(1), to_school=world.school_b, grade_level=5, reason="x"),
        Decision(first_day=day(1), to_school=world.school_b, grade_level=8, reason=" "),
        Decision(first_day=day(1), to_school=world.school_b, grade_level=8, reason="x", group=world.groups["5A"]),
        Decision(first_day=day(1), grade_level=8, reason="x"),
    ]
    for decision in wrong:
        with pytest.raises(MoveError):
            actions.decide(move, decision=decision, by=user)
    move.refresh_from_db()
    assert move.state == State.DRAFT


def test_only_the_municipality_imposes_a_change_of_school(world):
    move = begun(world, Kind.WITHIN)
    with pytest.raises(MoveError, match="kommunen"):
        actions.decide(move, decision=to_b(world, is_imposed=True), by=world.user("school_admin"))
    done = actions.decide(move, decision=to_b(world, is_imposed=True), by=world.user("municipal_admin"))
    assert done.is_imposed


def test_other_schools_can_not_begin_or_decide(world):
    with pytest.raises(MoveError):
        begun(world, Kind.OUT, by="school_admin_b")
    move = begun(world, Kind.WITHIN)
    with pytest.raises(MoveError):
        actions.decide(move, decision=to_b(world), by=world.user("school_admin_b"))
    seen = Move.objects.visible_to(world.user("school_admin_b"))
    assert not seen.exists()
    actions.decide(move, decision=to_b(world), by=world.user("school_admin"))
    assert Move.objects.visible_to(world.user("school_admin_b")).get() == move


def test_a_move_that_can_not_be_carried_out_says_why_and_leaves_everything(world, monkeypatch):
    student = world.pupils["other_class"]
    move = decided(world, offset=1)
    student.enrolments.update(state=Enrolment.State.MOVED_OUT, valid_to=day(0))
    before = snapshot(student)
    monkeypatch.setattr(clock, "today", lambda: move.first_day)
    assert carry_out_due() == (0, 1)
    move.refresh_from_db()
    assert move.problem and move.state == State.DECIDED and snapshot(student) == before
    assert any(line.tone == "bad" for line in lines_for(world.user("school_admin")))


def test_undoing_is_refused_when_something_rests_on_it(world):
    move = decided(world, offset=0)
    place_in_class(move.student, group=world.groups["8A"], by=None)
    with pytest.raises(MoveError):
        actions.undo(move, by=world.user("municipal_admin"))


def test_steps_are_done_or_said_not_to_be_needed(world):
    user, move = world.user("school_admin"), decided(world)
    with pytest.raises(MoveError):
        actions.mark_step(move, kind="letter", state="not_needed", note="", by=user)
    for kind in ("notice", "letter", "class"):
        with pytest.raises(MoveError):
            actions.mark_step(move, kind=kind, state="done", note="", by=user)
    with pytest.raises(MoveError):
        actions.mark_step(move, kind="decision", state="open", note="", by=user)
    actions.mark_step(move, kind="letter", state="not_needed", note="Sendt fra kommunen.", by=user)
    assert move.steps.get(kind="letter").state == MoveStep.State.NOT_NEEDED


@given(kind=st.sampled_from(list(STEPS)), grade=st.none() | st.integers(1, 10), is_in_sfo=st.booleans())
def test_sfo_is_a_step_for_the_first_four_grades_and_who_is_in_sfo(kind, grade, is_in_sfo):
    steps = steps_of(kind, grade_level=grade, is_in_sfo=is_in_sfo)
    assert [step for step in steps if step != "sfo"] == [step for step in STEPS[kind] if step != "sfo"]
    assert ("sfo" in steps) == ("sfo" in STEPS[kind] and (is_in_sfo or grade is None or grade <= 4))


@pytest.mark.parametrize(
    ("kind", "says"), [(Kind.OUT, "Registrer"), (Kind.PRIVATE, "Registrer"), (Kind.WITHIN, "vedtak")]
)
def test_what_guardians_tell_of_is_registered_and_not_decided(world, kind, says):
    move = begun(world, kind)
    step = case_page(world.user("school_admin"), move)["steps"][0]
    assert says in step.action
    client = browser(world, "school_admin")
    page = client.get(step.url).content.decode()
    assert ("Fatt vedtak" in page) == (says == "vedtak")
    assert ("Registrer flyttingen" in page) == (says == "Registrer")


def test_both_schools_are_told_on_their_start_page(world):
    decided(world)
    assert "slutter" in " ".join(line.url for line in lines_for(world.user("school_admin")))
    assert "kommer" in " ".join(line.url for line in lines_for(world.user("school_admin_b")))


def test_the_case_is_given_up_by_the_school_that_decided_it(world):
    move = decided(world, offset=2)
    assert not case_page(world.user("school_admin_b"), move)["may_cancel"]
    with pytest.raises(MoveError, match="ved denne skolen"):
        actions.cancel(move, by=world.user("school_admin_b"))
    assert case_page(world.user("school_admin"), move)["may_cancel"]
    actions.cancel(move, by=world.user("school_admin"))
    assert Move.objects.get(pk=move.pk).state == State.CANCELLED


def test_the_class_is_chosen_where_the_pupil_comes(world):
    move = decided(world, offset=2)
    with pytest.raises(MoveError, match="den andre skolen"):
        actions.place(move, group=world.groups["8A"], by=world.user("school_admin"))
    with pytest.raises(MoveError, match="den andre skolen"):
        actions.mark_step(
            move, kind=MoveStep.Kind.CLASS, state="not_needed", note="Senere", by=world.user("school_admin")
        )
    with pytest.raises(MoveError, match="den andre skolen"):
        actions.mark_step(
            move, kind=MoveStep.Kind.NOTICE, state="not_needed", note="Nei", by=world.user("school_admin_b")
        )
    lines = {line.kind: line for line in case_page(world.user("school_admin"), move)["steps"]}
    assert (lines["class"].url, lines["class"].may_skip) == ("", False)
    assert lines["notice"].url
