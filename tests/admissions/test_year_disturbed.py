"""The year is planned while pupils come, leave, move and are merged: none is lost or doubled, and undo is exact."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from admissions.models import YearDraft
from admissions.year import written
from admissions.year.draft import Refused, active_now, children_to_begin, differences, fill
from admissions.year.obstacles import obstacles
from guardians.register.merge import merge
from schoolapp.lib import clock
from students.actions import enrol, leave_school, place_in_class
from students.models import Enrolment, Membership
from tests.admissions.next_year import add_beginner, grow, make_draft, make_ready
from tests.admissions.test_year_publish import dump


@pytest.fixture
def planned(world):
    grow(world)
    world.draft = make_draft(world)
    make_ready(world.draft)
    return world


def leaves(world) -> None:
    leave_school(world.pupils["3A-1"], state=Enrolment.State.MOVED_OUT, by=None)


def moves_within(world) -> None:
    pupil = world.pupils["7A-1"]
    leave_school(pupil, state=Enrolment.State.MOVED_INTERNAL, by=None)
    enrol(pupil, school=world.school_b, year=world.year, grade_level=8, by=None, on=clock.today() + timedelta(days=1))


def comes(world) -> None:
    world.add_pupil("newcomer", world.groups["5B"])


def is_born_into_it(world) -> None:
    add_beginner(world, "after the draft")


def is_merged(world) -> None:
    """A child stands twice in the register, and both are in the plan."""
    twin = add_beginner(world, "twice")
    fill(world.draft)
    merge(world.people["beginner 0"], twin.person, by=world.user("municipal_admin"))


def is_in_two_groups(world) -> None:
    other = world.add_group("5 musikk", world.school_a, 5, "subject_group")
    for group in (other, world.add_group("Kor", world.school_a, 5, "subject_group")):
        Membership.objects.create(
            student=world.pupils["own"], group=group, is_home_class=False, valid_from=world.year.starts_on
        )


def changes_class(world) -> None:
    place_in_class(world.pupils["other_class"], group=world.groups["5A"], by=None)


def is_in_two_classes(world) -> None:
    """The database refuses a second class on days the pupil already has one; the plan is as before."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(
            student=world.pupils["own"], group=world.groups["5B"], is_home_class=True, valid_from=clock.today()
        )


def has_a_class_that_outlasts_the_year(world) -> None:
    """An end set past the year overlaps the class of next year."""
    after = world.draft.school_year.starts_on + timedelta(days=30)
    Membership.objects.filter(student=world.pupils["classmate"], is_home_class=True).update(valid_to=after)


HAPPENINGS = (
    leaves,
    moves_within,
    comes,
    is_born_into_it,
    is_merged,
    is_in_two_groups,
    changes_class,
    is_in_two_classes,
    has_a_class_that_outlasts_the_year,
)


def in_and_out(draft: YearDraft) -> None:
    """Everybody who has a place now or begins is in the plan, once; what is published is that, once."""
    now, beginning = active_now(draft).values_list("student", flat=True), children_to_begin(draft)
    going_in = {*now, *beginning.values_list("pk", flat=True)}
    assert Counter(draft.places.values_list("student", flat=True)) == Counter(going_in)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happened=st.lists(st.sampled_from(HAPPENINGS), max_size=5, unique=True))
@example(happened=list(HAPPENINGS))
def test_whatever_happens_between_plan_and_publishing(planned, happened):
    draft = planned.draft
    with transaction.atomic():
        for happening in happened:
            happening(planned)
        if differences(draft):
            assert obstacles(draft), "a plan that does not fit the pupils could be published"
            fill(draft)
        assert differences(draft) == 0
        in_and_out(draft)
        make_ready(draft)
        before = dump()
        written.publish(draft, by=None)
        enrolled = Counter(Enrolment.objects.filter(school_year=draft.school_year).values_list("student", flat=True))
        staying = draft.places.exclude(outcome__in=["graduate", "postpone"]).values_list("student", flat=True)
        assert enrolled == Counter(staying)
        classes = Membership.objects.filter(is_home_class=True, group__school_year=draft.school_year)
        assert Counter(classes.values_list("student", flat=True)) == enrolled
        written.roll_back(draft, by=None)
        assert dump() == before
        transaction.set_rollback(True)


@pytest.mark.parametrize("happening", [leaves, moves_within, comes, is_born_into_it])
def test_what_happens_after_publishing_stops_the_turn_until_it_is_planned_for(planned, happening, monkeypatch):
    draft = planned.draft
    written.publish(draft, by=None)
    happening(planned)
    monkeypatch.setattr(clock, "today", lambda: draft.school_year.starts_on)
    with pytest.raises(Refused, match="kommet, sluttet eller flyttet"):
        written.set_current(draft, by=None)
    written.roll_back(draft, by=None)
    fill(draft)
    in_and_out(draft)
