"""What keeps a municipality from its new year: a head who says nothing, and a class that needs two contact groups."""

import pytest
from django.urls import reverse

from admissions.models import PlannedGroup, StepDone
from admissions.year import written
from students.models import Group
from tests.admissions.next_year import grow, make_draft, make_ready
from tests.admissions.test_year_screens import client_of, messages_of, texts


@pytest.fixture
def planned(world):
    grow(world)
    world.draft = make_draft(world)
    return world


def step_three(world, name: str, **data):
    given = {"skole": world.school_a.uuid} | data
    return client_of(world, name).post(reverse("year:step", args=[3]), given, follow=True)


def test_the_municipality_goes_on_without_the_heads_word_when_it_says_why(planned):
    page = reverse("year:school", args=[planned.school_a.uuid])
    assert "Gå videre for skolen" in texts(client_of(planned, "municipal_admin").get(page))
    assert "Det gjør rektor" in messages_of(step_three(planned, "municipal_admin", begrunnelse="  "))
    assert not StepDone.objects.exists()
    step_three(planned, "municipal_admin", begrunnelse="Rektor er sykmeldt.")
    done = StepDone.objects.get()
    assert (done.number, done.reason, done.by) == (3, "Rektor er sykmeldt.", planned.user("municipal_admin"))
    for name in ("municipal_admin", "principal"):
        shown = texts(client_of(planned, name).get(page))
        assert "Rektor er sykmeldt." in shown and "Gå videre for skolen" not in shown


@pytest.mark.parametrize("name", ["school_admin", "team"])
def test_a_reason_gives_the_step_to_nobody_at_the_school(planned, name):
    assert "Gå videre for skolen" not in texts(
        client_of(planned, name).get(reverse("year:school", args=[planned.school_a.uuid]))
    )
    step_three(planned, name, begrunnelse="Fordi")
    assert not StepDone.objects.exists()


def test_the_heads_own_word_needs_no_reason_and_keeps_none(planned):
    step_three(planned, "principal", begrunnelse="Fordi")
    assert StepDone.objects.get().reason == ""


@pytest.mark.parametrize("number", [5, 8])
def test_a_reason_opens_no_other_step(planned, number):
    given = {"skole": planned.school_a.uuid, "begrunnelse": "Fordi"}
    client_of(planned, "municipal_admin").post(reverse("year:step", args=[number]), given)
    assert not StepDone.objects.exists()


def add_part(world, **data):
    url = reverse("year:groups", args=[world.school_a.uuid])
    given = {"ny": "1", "slag": "contact_group", "navn": "6A kontakt 1"} | data
    return client_of(world, "municipal_admin").post(url, given, follow=True)


def test_a_contact_group_is_planned_for_a_class_of_next_year_and_published_with_it(planned):
    home = PlannedGroup.objects.get(school=planned.school_a, kind="home_class", name="6A")
    assert "Velg klassen" in messages_of(add_part(planned))
    other = PlannedGroup.objects.filter(school=planned.school_b, kind="home_class").first()
    add_part(planned, klasse=other.uuid)
    assert not PlannedGroup.objects.filter(kind="contact_group").exists()
    add_part(planned, klasse=home.uuid)
    part = PlannedGroup.objects.get(kind="contact_group")
    assert (part.home_class, part.grade_level) == (home, 6)
    make_ready(planned.draft)
    written.publish(planned.draft, by=None)
    made = Group.objects.get(school_year=planned.draft.school_year, kind="contact_group")
    assert (made.name, made.home_class.name, made.grade_level) == ("6A kontakt 1", "6A", 6)


def test_a_contact_group_goes_with_its_class_when_classes_are_joined(planned):
    home = PlannedGroup.objects.get(school=planned.school_a, kind="home_class", name="6A")
    add_part(planned, klasse=home.uuid)
    into = PlannedGroup.objects.create(
        draft=planned.draft, school=planned.school_a, kind="home_class", name="6C", grade_level=6
    )
    url = reverse("year:classes", args=[planned.school_a.uuid])
    given = {"klasse": home.uuid, "fjern": "1", "til": into.uuid}
    client_of(planned, "municipal_admin").post(url, given)
    assert PlannedGroup.objects.get(kind="contact_group").home_class == into
