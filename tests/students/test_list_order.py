"""The order of the list of pupils, however far in one looks, and what a pupil's row repeats of the person."""

import pytest
from django.http import QueryDict

from accessctl.models import School
from people.models import Person
from schoolapp.lib import clock
from students.lists import order
from students.lists.listing import Listing
from students.models import Student
from tests.login import log_in

LIST = "/elever/"


@pytest.fixture
def many(world):
    """Pupils in three classes of two schools, and two who are at no school now."""
    for number, group in enumerate(["5A", "5B", "8A"] * 5):
        world.add_pupil(f"{'åbcæd'[number // 3]}{number}", world.groups[group])
    gone = [world.pupils[key].pk for key in ("åbcæd"[0] + "0", "b3")]
    Student.objects.filter(pk__in=gone).update(school=None, grade_level=None, home_class_name="")


def listing(world, query: str) -> Listing:
    return Listing(world.user("municipal_admin"), QueryDict(query))


@pytest.mark.parametrize("query", ["", "trinn=5", "sok=elev"])
@pytest.mark.parametrize("sort", ["navn", "-navn", "klasse", "-klasse", "trinn", "skole", "-skole"])
def test_page_by_page_is_the_whole_list_in_its_order(world, many, monkeypatch, sort, query):
    whole = list(listing(world, f"{query}&sorter={sort}").found.values_list("pk", flat=True))
    assert len(whole) >= 6
    for near in (0, 7, 2_000):
        for kind in (order.Ids, order.IdsByName, order.IdsByClass):
            monkeypatch.setattr(kind, "near", near)
        ids = listing(world, f"{query}&sorter={sort}").ids
        assert ids.count() == len(whole)
        assert [pk for first in range(0, len(whole), 4) for pk in ids[first : first + 4]] == whole


def test_schools_come_in_the_order_of_their_names(client, world, many):
    School.objects.filter(pk=world.school_a.pk).update(name="Åsen skole")
    School.objects.filter(pk=world.school_b.pk).update(name="Østby skole")
    log_in(client, world.user("municipal_admin"))
    rows = client.get(LIST, {"sorter": "skole"}).context["rows"]
    assert list(dict.fromkeys(row.student.school.name for row in rows)) == ["Østby skole", "Åsen skole"]
    names = [row.student.sort_name for row in rows if row.student.school_id == world.school_a.pk]
    assert names == sorted(names) and len(names) > 5
    backwards = client.get(LIST, {"sorter": "-skole"}).context["rows"]
    assert [row.student.pk for row in backwards] == [row.student.pk for row in rows][::-1]


def test_children_without_a_school_are_counted_only_when_they_are_asked_for(client, world, many):
    gone = set(Student.objects.filter(school=None).values_list("pk", flat=True))
    open_at_schools = Student.objects.filter(school__isnull=False, is_protected=False)
    log_in(client, world.user("municipal_admin"))
    everybody = client.get(LIST)
    assert everybody.context["page"].paginator.count == open_at_schools.count()
    assert not gone & {row.student.pk for row in everybody.context["rows"]}
    assert {row.student.pk for row in client.get(LIST, {"uten_skole": "ja"}).context["rows"]} == gone
    assert "Bare barn uten skoleplass nå" in everybody.text


def test_whoever_sees_the_pupils_of_a_school_is_not_offered_those_without(client, world, many):
    log_in(client, world.user("school_admin"))
    page = client.get(LIST, {"uten_skole": "ja"})
    assert page.context["rows"] and "Bare barn uten skoleplass nå" not in page.text


def test_whoever_has_one_school_sorts_by_none(world):
    assert Listing(world.user("school_admin"), QueryDict("sorter=skole")).sort == "navn"


def test_a_whole_municipality_on_another_day_is_counted_so_far_and_says_so(client, world, many, monkeypatch):
    monkeypatch.setattr(order, "MOST_OF_A_DAY", 6)
    log_in(client, world.user("municipal_admin"))
    day = max(world.year.starts_on, clock.today().replace(day=1)).isoformat()
    page = client.get(LIST, {"dag": day})
    assert page.context["page"].paginator.count == 6
    assert "Mer enn 6 elever" in page.content.decode()
    narrow = client.get(LIST, {"dag": day, "trinn": "8"})
    assert "Mer enn" not in narrow.content.decode()


class TestWhatARowRepeatsOfThePerson:
    def repeated(self, world, key: str) -> tuple[str, str]:
        return Student.objects.values_list("sex", "written_form").get(pk=world.pupils[key].pk)

    def test_it_follows_the_person_whoever_changes_it(self, world):
        Person.objects.filter(pk=world.people["own"].pk).update(sex="kvinne", written_form="nn")
        assert self.repeated(world, "own") == ("kvinne", "nn")
        Person.objects.filter(pk=world.people["own"].pk).update(sex="mann")
        assert self.repeated(world, "own") == ("mann", "nn")

    def test_nobody_makes_it_say_something_else(self, world):
        Person.objects.filter(pk=world.people["own"].pk).update(sex="kvinne", written_form="nn")
        stale = Student.objects.get(pk=world.pupils["own"].pk)
        stale.sex, stale.written_form = "mann", "nb"
        stale.save()
        Student.objects.filter(pk=stale.pk).update(sex="")
        assert self.repeated(world, "own") == ("kvinne", "nn")

    def test_a_pupil_who_turns_out_to_be_another_person_repeats_that_one(self, world):
        other = Person.objects.create(given_name="Ny", family_name="Person", sex="kvinne", written_form="nn")
        Student.objects.filter(pk=world.pupils["own"].pk).update(person=other)
        assert self.repeated(world, "own") == ("kvinne", "nn")
