"""What the start page says of the new school year, and when it stops saying it."""

import time_machine

from admissions.models import PlannedGroup, PlannedPlace, StepDone, YearDraft
from admissions.year import today
from schoolapp.lib import clock
from schoolapp.lib.gather import Source
from schools.today import asking, told
from tests.admissions.moving import add_officer
from tests.admissions.next_year import grow, make_draft


def new_year(user):
    return told(user, asking(user, [Source(today.ask_new_year, today.new_year)]))


def test_schools_are_told_what_is_left_until_it_is_done(world, django_assert_num_queries):
    grow(world)
    draft = make_draft(world)
    assert new_year(world.user("principal"))[0].count == 1
    for name in ("school_admin", "team"):
        assert new_year(world.user(name)) == [], "step 3 is the head's"
    YearDraft.objects.update(opened_at=clock.now())
    user = world.user("principal")
    user.holds("plan_year")
    with django_assert_num_queries(1):
        assert new_year(user)[0].count == 4
    assert new_year(world.user("school_admin"))[0].count == 3
    assert new_year(world.user("team"))[0].count == 4, "two steps at each of two schools"
    for number in (3, 5, 6, 7):
        StepDone.objects.create(draft=draft, school=world.school_a, number=number)
    assert new_year(world.user("principal")) == []
    assert new_year(world.user("contact_teacher")) == []


def test_stab_is_told_when_the_year_has_begun_without_being_current(world):
    grow(world)
    draft = make_draft(world)
    assert new_year(world.user("municipal_admin")) == []
    with time_machine.travel(draft.school_year.starts_on, tick=False):
        (line,) = new_year(world.user("municipal_admin"))
    assert line.tone == "bad"


def test_officers_are_told_of_the_protected_who_lack_a_class(world):
    grow(world)
    make_draft(world).places.update(home_class=None)
    YearDraft.objects.update(opened_at=clock.now())
    assert new_year(world.user("municipal_admin")) == []
    add_officer(world)
    (line,) = new_year(world.user("officer"))
    assert (line.count, line.tone) == (1, "warn")
    PlannedPlace.objects.filter(student=world.pupils["protected"]).update(home_class=PlannedGroup.objects.first())
    assert new_year(world.user("officer")) == []
