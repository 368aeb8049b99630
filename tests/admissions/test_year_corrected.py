"""One pupil changes class in a published year: place and plan follow each other, and nothing is lost by going back."""

from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accessctl.models import AccessEvent
from admissions.models import PlaceMove, PlannedGroup, PlannedPlace
from admissions.year import totals, written
from admissions.year.board import move, place_by_suggestion, undo
from admissions.year.draft import Refused
from schoolapp.lib import clock
from students.groups.actions import put_in
from students.models import Enrolment, Group, Membership
from tests.admissions.next_year import grow, make_draft, make_ready
from tests.admissions.test_year_publish import dump
from tests.admissions.test_year_screens import client_of, texts

PLAN = ("admissions_plannedplace", "admissions_placemove")


@pytest.fixture
def published(world):
    """A year that is published, with the classes 6A and 6B at school A; «own» is to go to 6A."""
    grow(world)
    world.draft = make_draft(world)
    world.draft.opened_at = world.draft.filled_at
    world.draft.save()
    make_ready(world.draft)
    world.before = dump()
    written.publish(world.draft, by=None)
    return world


def planned(name: str) -> PlannedGroup:
    return PlannedGroup.objects.get(name=name)


def place_of(world, key: str = "own") -> PlannedPlace:
    return PlannedPlace.objects.get(student=world.pupils[key])


def class_next_year(world, key: str = "own") -> list[str]:
    rows = Membership.objects.filter(student=world.pupils[key], group__school_year=world.draft.school_year)
    return [row.group.name for row in rows]


def correct(world, name: str, *, by: str = "school_admin", key: str = "own") -> None:
    place = place_of(world, key)
    move(place, to=planned(name), version=place.version, by=world.user(by))


def test_place_and_plan_say_the_same_and_the_sums_hold(published):
    before = totals.municipality_totals(published.draft)
    sizes = Counter(Enrolment.objects.filter(school_year=published.draft.school_year).values_list("student", flat=True))
    correct(published, "6B")
    assert class_next_year(published) == [place_of(published).home_class.name] == ["6B"]
    after = totals.municipality_totals(published.draft)
    assert (after.going_in, after.coming_out, after.outcomes) == (before.going_in, before.coming_out, before.outcomes)
    assert after.balance
    in_class = Membership.objects.filter(group__school_year=published.draft.school_year, is_home_class=True)
    assert Counter(in_class.values_list("student", flat=True)) == sizes
    line = AccessEvent.objects.filter(action="plan_place").latest("pk")
    assert (line.about, line.what) == (published.pupils["own"].uuid, f"6A – 6B, {published.draft.school_year}")
    now = published.pupils["own"].memberships.get(group__school_year=published.year)
    assert now.valid_to == published.year.ends_on, "this year's class is as it was"


def test_rolled_back_only_the_plan_remembers_and_published_again_it_holds(published):
    correct(published, "6B")
    written.roll_back(published.draft, by=None)
    after = dump()
    assert {table for table in after if after[table] != published.before[table]} == set(PLAN)
    assert place_of(published).home_class.name == "6B"
    written.publish(published.draft, by=None)
    assert class_next_year(published) == ["6B"]


def test_it_is_undone_and_then_all_is_as_it_was_published(published):
    rows = Membership.objects.filter(student=published.pupils["own"]).order_by("pk")
    before = list(rows.values())
    correct(published, "6B")
    undo(published.draft, published.school_a, 6, by=published.user("school_admin"))
    assert list(rows.values()) == before
    assert place_of(published).home_class.name == "6A"
    with pytest.raises(Refused, match="ingenting å angre"):
        undo(published.draft, published.school_a, 6, by=published.user("school_admin"))


def test_what_was_moved_while_planning_is_not_undone_in_the_published_year(published):
    written.roll_back(published.draft, by=None)
    correct(published, "6B")
    written.publish(published.draft, by=None)
    with pytest.raises(Refused, match="ingenting å angre"):
        undo(published.draft, published.school_a, 6, by=published.user("school_admin"))
    assert class_next_year(published) == ["6B"]


def test_what_can_not_be_corrected_is_told_and_changes_nothing(published):
    place, by = place_of(published), published.user("school_admin")
    before = dump()

    def refused(to, says, version=place.version, by=by):
        with pytest.raises(Refused, match=says), transaction.atomic():
            move(place_of(published), to=to, version=version, by=by)
        assert dump() == before

    refused(None, "eleven må ha en klasse")
    refused(planned("6B"), "Noen andre har flyttet", version=place.version + 1)
    refused(planned("8A"), "hører ikke til skolen")
    refused(planned("6B"), "ikke planlegge for denne skolen", by=published.user("school_admin_b"))
    with time_machine.travel(published.draft.school_year.starts_on, tick=False):
        refused(planned("6B"), "Skoleåret har begynt")
    with pytest.raises(Refused, match="må rulles tilbake"), transaction.atomic():
        place_by_suggestion(published.draft, published.school_a, 6, by=by)


def test_a_place_changed_in_another_way_is_left_alone(published):
    new = Group.objects.get(name="6A", school_year=published.draft.school_year)
    part = Group.objects.create(
        school=published.school_a, school_year=published.draft.school_year, kind="contact_group", name="6A gul",
        grade_level=6, home_class=new,
    )  # fmt: skip
    row = Membership.objects.create(
        student=published.pupils["own"], group=part, is_home_class=False, valid_from=new.school_year.starts_on
    )
    with pytest.raises(Refused, match="Eleven er satt i 6A gul"), transaction.atomic():
        correct(published, "6B")
    row.delete()
    later = new.school_year.starts_on + timedelta(days=5)
    Membership.objects.filter(student=published.pupils["own"], group=new).update(valid_from=later)
    with pytest.raises(Refused, match="Rett det der"), transaction.atomic():
        correct(published, "6B")
    assert place_of(published).home_class.name == "6A"


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.sampled_from(["own", "classmate"]), st.sampled_from(["6A", "6B"])), max_size=5))
def test_however_they_are_moved_each_has_one_class_and_going_back_is_exact(published, moves):
    with transaction.atomic():
        for key, name in moves:
            correct(published, name, key=key)
            assert class_next_year(published, key) == [name]
        written.roll_back(published.draft, by=None)
        after = dump()
        assert {table for table in after if after[table] != published.before[table]} <= set(PLAN)
        transaction.set_rollback(True)
    published.draft.refresh_from_db()


def test_the_board_of_a_published_year(published):
    url = reverse("year:puzzle", args=[published.school_a.uuid, 6])
    client = client_of(published, "school_admin")
    page = client.get(url)
    assert [column.name for column in page.context["columns"]] == ["6A", "6B"]
    assert "Foreslå klasser" not in texts(page)
    place = place_of(published)
    answer = client.post(
        url, {"flytt": f"{place.uuid}:{place.version}:{planned('6B').uuid}"}, headers={"X-Requested-With": "fetch"}
    )
    assert answer.status_code == 200
    assert [column["count"] for column in answer.json()["columns"]] == [1, 2]
    page = client.get(url)
    assert "Flyttet etter publiseringen" in texts(page)
    assert "Elev Own: 6A → 6B" in texts(page)
    assert PlaceMove.objects.get().is_correction
    assert url in texts(client.get(reverse("year:school", args=[published.school_a.uuid])))


def test_a_pupil_changes_class_this_year_while_the_next_is_published(published):
    """The place ends with the year; next year's class stands, and the year can still be taken back."""
    pupil, group = published.pupils["own"], published.groups["5B"]
    (step,) = put_in(group, [pupil], by=published.user("school_admin"), on=clock.today())
    assert step.refusal == ""
    row = Membership.objects.get(student=pupil, group=group)
    assert (row.valid_from, row.valid_to) == (clock.today(), published.year.ends_on)
    assert class_next_year(published) == ["6A"]
    written.roll_back(published.draft, by=None)
    assert class_next_year(published) == []
    row.refresh_from_db()
    assert row.valid_to == published.year.ends_on
