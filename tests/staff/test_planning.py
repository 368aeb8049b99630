"""Position planning: planned teaching beside positions, over and under."""

from datetime import date
from fractions import Fraction

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from people.models import Person, Protection
from schools.models import SchoolYear
from staff.models import OrgUnit, PlannedLessons, Position, TeachingNorm
from staff.planning import actions
from staff.planning.actions import PlanError
from staff.planning.overview import plan_for
from staff.planning.rules import DEFAULT_NORMS, hours_of, share_of
from tests.login import log_in


@pytest.fixture
def teacher(world):
    employee = world.people["contact_teacher"].employee
    unit = OrgUnit.objects.create(unit_id="4101", school=world.school_a)
    Position.objects.create(
        employee=employee, reference="1", number=1, percent=8000, unit=unit, school=world.school_a, code="796200",
        valid_from=date(2020, 1, 1),
    )  # fmt: skip
    return employee


@pytest.fixture
def next_year(world) -> SchoolYear:
    starts = date(world.year.ends_on.year, 8, 1)
    return SchoolYear.objects.create(starts_on=starts, ends_on=date(starts.year + 1, 7, 31), state="planned")


def plan_hours(world, employee, hours: int, *, stage: str = "primary", year=None, by: str = "principal"):
    values = {"group_name": "5A", "subject": "Norsk", "stage": stage, "hours": hours}
    return actions.plan_lessons(
        None, school=world.school_a, year=year or world.year, employee=employee, values=values, by=world.user(by)
    )


@pytest.mark.parametrize(
    ("hours", "planned", "words"),
    [
        (59280, 8000, "i balanse"),
        (74100, 10000, "20,00 prosentpoeng over (148,20 timer for mye)"),
        (37050, 5000, "30,00 prosentpoeng under (222,30 timer ledig)"),
    ],
)
def test_over_and_under_are_told_in_words(world, teacher, hours, planned, words):
    plan_hours(world, teacher, hours)
    (row,) = plan_for(world.school_a, world.year, world.user("principal")).teachers
    assert (row.percent, row.planned, row.in_words) == (8000, planned, words)


def test_the_municipality_sets_the_hours_of_a_full_position(world, teacher):
    plan_hours(world, teacher, 60000)
    TeachingNorm.objects.create(stage="primary", annual_hours=600)
    (row,) = plan_for(world.school_a, world.year, world.user("principal")).teachers
    assert row.planned == 10000


def test_the_school_as_a_whole_lacks_what_nobody_teaches(world, teacher):
    plan_hours(world, teacher, 59280)
    plan_hours(world, None, 37050)
    plan = plan_for(world.school_a, world.year, world.user("principal"))
    assert (plan.unassigned_share, plan.balance) == (5000, -5000)


@pytest.fixture
def head(world, teacher):
    """Head of the school in a full position."""
    employee = world.people["principal"].employee
    Position.objects.create(
        employee=employee, reference="2", number=1, percent=10000, unit=OrgUnit.objects.get(), school=world.school_a,
        code="795100", valid_from=date(2020, 1, 1),
    )  # fmt: skip
    return employee


def test_a_head_who_does_not_teach_is_no_free_teacher(world, teacher, head):
    plan = plan_for(world.school_a, world.year, world.user("principal"))
    assert ([row.employee for row in plan.teachers], plan.balance) == ([teacher], 8000)


def test_of_a_head_who_teaches_only_the_lessons_count(world, teacher, head):
    plan_hours(world, head, 7410)
    plan = plan_for(world.school_a, world.year, world.user("principal"))
    row = next(row for row in plan.teachers if row.employee == head)
    assert (row.planned, row.in_words, row.tone) == (1000, "underviser ved siden av annen stilling", "success")
    assert plan.balance == 8000
    client = Client()
    log_in(client, world.user("principal"))
    shown = client.get(reverse("staff:plan")).content.decode()
    assert "80 prosent lærerstilling uten planlagt undervisning" in shown and "timer ledig" in shown


def test_next_year_begins_with_this_years_plan_and_only_once(world, teacher, next_year):
    plan_hours(world, teacher, 59280)
    by = world.user("principal")
    assert actions.copy_year(world.school_a, source=world.year, to=next_year, by=by) == 1
    (row,) = plan_for(world.school_a, next_year, by).teachers
    assert (row.percent, row.planned) == (8000, 8000)
    with pytest.raises(PlanError):
        actions.copy_year(world.school_a, source=world.year, to=next_year, by=by)


def test_a_past_year_and_another_school_stay_as_they_are(world, teacher):
    with pytest.raises(PlanError):
        plan_hours(world, teacher, 100, by="school_admin_b")
    SchoolYear.objects.update(state="past")
    world.year.refresh_from_db()
    with pytest.raises(PlanError):
        plan_hours(world, teacher, 100)


def test_the_way_through_the_screens(world, teacher, next_year):
    client, url = Client(), reverse("staff:plan")
    log_in(client, world.user("principal"))
    assert "80,00 prosentpoeng under" in client.get(url).content.decode()
    form = {"gruppe": "5A", "fag": "Norsk", "trinn": "primary", "timer": "592,8", "ansatt": teacher.uuid}
    assert client.post(reverse("staff:plan_new"), form | {"timer": "0"}).status_code == 422
    assert client.post(reverse("staff:plan_new"), form).status_code == 302
    assert "i balanse" in client.get(url).content.decode()
    row = PlannedLessons.objects.get()
    coming = {"skole": str(world.school_a.uuid), "aar": next_year.starts_on.year}
    assert "Begynn med fjorårets plan" in client.get(url, coming).content.decode()
    client.post(reverse("staff:plan_copy"), coming)
    assert PlannedLessons.objects.filter(school_year=next_year).count() == 1
    client.post(reverse("staff:plan_lessons", args=[row.uuid]), {"valg": "slett"})
    assert not PlannedLessons.objects.filter(school_year=world.year).exists()


def test_nobody_with_address_protection_stands_in_the_plan(world, teacher):
    plan_hours(world, teacher, 59280)
    Person.objects.filter(employee=teacher).update(protection=Protection.STRICT, family_name="Hemmelig")
    client = Client()
    log_in(client, world.user("principal"))
    for url in (reverse("staff:plan"), reverse("staff:plan_new")):
        assert "Hemmelig" not in client.get(url).content.decode()
    row = PlannedLessons.objects.get()
    assert client.get(reverse("staff:plan_lessons", args=[row.uuid])).status_code == 404


LESSONS = st.lists(st.tuples(st.sampled_from(["primary", "lower"]), st.integers(1, 100_000)), max_size=40)


@given(LESSONS)
def test_the_share_is_exact_to_the_nearest_hundredth_whatever_the_order(lessons):
    exact = sum((Fraction(hours, 100 * DEFAULT_NORMS[stage]) for stage, hours in lessons), Fraction(0)) * 10_000
    assert abs(share_of(lessons, DEFAULT_NORMS) - exact) <= Fraction(1, 2)
    assert share_of(lessons, DEFAULT_NORMS) == share_of(list(reversed(lessons)), DEFAULT_NORMS)


@given(st.integers(-20_000, 20_000))
def test_hours_over_and_under_mirror_each_other(percent):
    assert hours_of(percent, 741) == -hours_of(-percent, 741)
