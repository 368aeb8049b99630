"""Many children get a school in one go: whom it concerns, that it is told first, and that it can be taken back."""

import pytest
from django.urls import reverse

from accessctl.actions import give_grant
from accessctl.models import AccessEvent, School
from accessctl.permissions import OFFICER_GRANTS
from admissions.models import PlannedPlace
from admissions.year.draft import Refused, fill
from admissions.year.many import Choice, Where, counted, distribute_many
from people.models import Address
from tests.admissions.next_year import add_beginner, grow, make_draft
from tests.admissions.test_year_screens import client_of, messages_of, texts


@pytest.fixture
def planned(world):
    grow(world)
    for key, code in [("north", "0801"), ("north too", "0805"), ("south", "0900")]:
        add_beginner(world, key, code=code)
    homeless = add_beginner(world, "nowhere")
    Address.objects.filter(person=homeless.person).delete()
    add_beginner(world, "hidden", code="0803", protection="strict")
    world.draft = make_draft(world, codes=("0001",))
    return world


def school_of(world, key):
    return PlannedPlace.objects.get(student=world.pupils[key]).school


CHOICES = {
    "everybody": ({}, {"north", "north too", "south", "nowhere"}),
    "codes": ({"where": Where.CODES, "first": "0800", "last": "0899"}, {"north", "north too"}),
    "one code": ({"where": Where.CODES, "first": "0900", "last": "0900"}, {"south"}),
    "catchment": ({"where": Where.CATCHMENT}, {"south"}),
}


@pytest.mark.parametrize("name", CHOICES)
def test_those_who_are_meant_get_the_school_and_nobody_else(planned, name):
    how, meant = CHOICES[name]
    route = planned.school_a.route
    route.postal_codes = ["0001", "0900"]
    route.save()
    choice, stab = Choice(to=planned.school_a, **how), planned.user("municipal_admin")
    found = counted(planned.draft, choice, stab)
    assert found.count == len(meant)
    assert found.elsewhere == ("nowhere" in meant)
    before = dict(planned.draft.places.values_list("student", "version"))
    assert distribute_many(planned.draft, choice, shown=found.count, by=stab) == len(meant)
    after = dict(planned.draft.places.values_list("student", "version"))
    changed = {key for key, student in planned.pupils.items() if before[student.pk] != after[student.pk]}
    assert changed == meant
    assert {school_of(planned, key) for key in meant} == {planned.school_a}
    assert set(AccessEvent.objects.filter(action="plan_place").values_list("about", flat=True)) == {
        planned.pupils[key].uuid for key in meant
    }
    fill(planned.draft)
    assert {school_of(planned, key) for key in meant} == {planned.school_a}


def test_a_protected_child_is_never_among_them_whoever_looks(planned):
    for right in OFFICER_GRANTS:
        give_grant(planned.users["municipal_admin"], right, on=planned.municipality, by=None, reason="Ansvarlig")
    stab = planned.user("municipal_admin")
    choice = Choice(to=planned.school_a, where=Where.CODES, first="0803", last="0803")
    assert counted(planned.draft, choice, stab).count == 0
    assert distribute_many(planned.draft, Choice(to=planned.school_a), shown=4, by=stab) == 4
    assert school_of(planned, "hidden") is None


def test_it_is_taken_back_the_same_way(planned):
    stab = planned.user("municipal_admin")
    away = Choice(to=None, now=planned.school_a)
    usual = counted(planned.draft, away, stab).count
    distribute_many(planned.draft, Choice(to=planned.school_a), shown=4, by=stab)
    assert distribute_many(planned.draft, away, shown=usual + 4, by=stab) == usual + 4
    assert school_of(planned, "south") is None
    assert school_of(planned, "1A-0") == planned.school_a
    fill(planned.draft)
    assert school_of(planned, "beginner 0") == planned.school_a
    assert school_of(planned, "south") is None


def test_what_is_done_is_what_was_told(planned):
    stab = planned.user("municipal_admin")
    with pytest.raises(Refused, match="Utvalget er endret"):
        distribute_many(planned.draft, Choice(to=planned.school_a), shown=3, by=stab)
    with pytest.raises(Refused, match="Kommunen fordeler"):
        distribute_many(planned.draft, Choice(to=planned.school_a), shown=4, by=planned.user("principal"))
    assert counted(planned.draft, Choice(to=planned.school_b), stab).count == 0, "the school has no first grade"
    assert school_of(planned, "south") is None


def test_the_page_counts_first_and_then_does_it(planned):
    client, url = client_of(planned, "municipal_admin"), reverse("year:many")
    where = {"elever": "ingen", "bosted": "postnummer", "fra": "0800", "til": "0899", "skole": planned.school_a.uuid}
    page = client.get(url, where)
    assert "Det gjelder 2 elever" in texts(page)
    assert "Postnummer 0801" in texts(page)
    assert school_of(planned, "north") is None
    page = client.post(page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"], {"antall": "2"}, follow=True)
    assert "Lagret for 2 elever." in messages_of(page)
    assert school_of(planned, "north") == planned.school_a


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"skole": ""}, "Velg skolen elevene skal få."),
        ({"bosted": "postnummer"}, "Skriv postnummeret."),
        ({"bosted": "postnummer", "fra": "80"}, "Postnummer har fire sifre."),
        ({"bosted": "postnummer", "fra": "0900", "til": "0800"}, "lavere enn det første"),
        ({"bosted": "krets", "skole": "b"}, "Skolen har ingen postnumre."),
        ({"elever": "a"}, "Elevene har denne skolen allerede."),
        ({"skole": "ingen"}, "Velg skole."),
        ({"elever": "a", "skole": "b"}, "begynner på 8. trinn"),
    ],
)
def test_a_choice_that_says_nothing_is_told_what_to_mend(planned, given, said):
    School.objects.filter(pk=planned.school_b.pk).update(kind=School.Kind.LOWER_SECONDARY)
    schools = {"a": planned.school_a.uuid, "b": planned.school_b.uuid}
    whole = {"elever": "ingen", "bosted": "alle", "skole": "a"} | given
    page = client_of(planned, "municipal_admin").get(
        reverse("year:many"), {name: schools.get(value, value) for name, value in whole.items()}
    )
    assert page.status_code == 422
    assert said in texts(page)


def test_a_school_without_the_first_grade_is_marked_and_says_why_it_is_given_to_nobody(planned):
    School.objects.filter(pk=planned.school_b.pk).update(kind=School.Kind.LOWER_SECONDARY)
    client, url = client_of(planned, "municipal_admin"), reverse("year:many")
    assert "Skole B (8.–10. trinn)" in texts(client.get(url))
    shown = texts(client.get(url, {"elever": "ingen", "bosted": "alle", "skole": planned.school_b.uuid}))
    assert "Det gjelder ingen elever" in shown and "Skole B har 8.–10. trinn. Ingen av elevene uten skole" in shown
