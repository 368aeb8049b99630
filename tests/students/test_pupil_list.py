"""Who is in the list of pupils, how it is filtered, and what it costs."""

from datetime import date

import pytest
from django.urls import reverse

from accessctl.actions import give_grant
from accessctl.models import AccessEvent
from accessctl.permissions import Permission
from students.models import Student
from tests.login import log_in

LIST = "/elever/"


def shown(response) -> set[str]:
    return {student.person.family_name.casefold() for student in response.context["page"]}


@pytest.mark.parametrize(
    "name, expected",
    [
        ("contact_teacher", {"own", "classmate"}),
        ("subject_teacher", {"other_class"}),
        ("former_teacher", set()),
        ("school_admin", {"own", "classmate", "other_class"}),
        ("municipal_admin", {"own", "classmate", "other_class", "other_school"}),
    ],
)
def test_each_sees_the_pupils_within_reach_and_no_protected_one(client, world, name, expected):
    log_in(client, world.user(name))
    response = client.get(LIST)
    assert shown(response) == expected
    assert response.context["page"].paginator.count == len(expected)


@pytest.mark.parametrize("name", ["guardian", "other_school", "nurse", "no_role"])
def test_the_list_is_for_staff_with_pupils(client, world, name):
    log_in(client, world.user(name))
    assert client.get(LIST).status_code == 403


def test_a_protected_pupil_is_neither_found_nor_counted(client, world):
    log_in(client, world.user("contact_teacher"))
    assert shown(client.get(LIST, {"sok": "protected"})) == set()
    assert "protected" not in client.get(LIST, {"sok": "elev"}).content.decode().casefold()


def test_a_filter_in_the_url_narrows_the_list(client, world):
    log_in(client, world.user("municipal_admin"))
    assert shown(client.get(LIST, {"trinn": "8"})) == {"other_school"}
    assert shown(client.get(LIST, {"skole": str(world.school_a.uuid), "klasse": "5B"})) == {"other_class"}
    assert shown(client.get(LIST, {"sok": "elev own"})) == {"own"}


def test_values_that_do_not_exist_filter_nothing(client, world):
    log_in(client, world.user("contact_teacher"))
    everything = {"own", "classmate"}
    assert shown(client.get(LIST, {"trinn": "99", "klasse": "<script>", "skole": "x", "side": "-7"})) == everything


def test_a_foreign_school_in_the_url_shows_nothing_more(client, world):
    log_in(client, world.user("contact_teacher"))
    assert shown(client.get(LIST, {"skole": str(world.school_b.uuid)})) == {"own", "classmate"}


def test_every_pupil_shown_is_in_the_access_log(client, world):
    log_in(client, world.user("contact_teacher"))
    client.get(LIST)
    logged = AccessEvent.objects.filter(action="list").values_list("about", flat=True)
    assert set(logged) == {world.pupils["own"].uuid, world.pupils["classmate"].uuid}


def test_the_list_costs_the_same_for_many_pupils_as_for_few(client, world, django_assert_max_num_queries):
    log_in(client, world.user("municipal_admin"))
    client.get(LIST)
    with django_assert_max_num_queries(25) as few:
        client.get(LIST)
    for number in range(30):
        world.add_pupil(f"extra {number}", world.groups["5A"])
    with django_assert_max_num_queries(25) as many:
        client.get(LIST)
    assert len(many) == len(few)


def test_the_next_page_keeps_the_filter(client, world):
    for number in range(60):
        world.add_pupil(f"extra {number}", world.groups["5A"])
    log_in(client, world.user("contact_teacher"))
    response = client.get(LIST, {"sok": "extra"})
    assert "?sok=extra&amp;side=2" in response.content.decode()
    assert len(client.get(LIST, {"sok": "extra", "side": "2"}).context["page"]) == 10


def test_a_grant_opens_the_protected_pupil_with_a_mark(client, world):
    admin = world.user("school_admin")
    give_grant(admin, Permission.SEE_PROTECTED, on=world.school_a, reason="Inntak", by=None)
    log_in(client, world.user("school_admin"))
    response = client.get(LIST)
    assert "protected" in shown(response)
    assert "Adressesperre" in response.content.decode()


def test_the_pupil_page_of_a_stranger_does_not_exist(client, world):
    log_in(client, world.user("contact_teacher"))
    for name in ("other_class", "other_school", "protected"):
        assert client.get(reverse("students:pupil", args=[world.pupils[name].uuid])).status_code == 404


def test_the_pupil_page_shows_place_teacher_and_guardians_and_is_logged(client, world):
    log_in(client, world.user("contact_teacher"))
    text = client.get(reverse("students:pupil", args=[world.pupils["own"].uuid])).content.decode()
    for expected in ("Elev Own", "5A", "Skole A", "Ansatt Contact_Teacher", "Foresatt Guardian", "Prøveveien"):
        assert expected in text
    assert "Guardian_Former" not in text
    assert "Guardian_Proposed" not in text
    assert AccessEvent.objects.filter(action="open", about=world.pupils["own"].uuid).count() == 1


def test_a_pupil_without_school_or_class_has_a_page(client, world):
    Student.objects.filter(pk=world.pupils["own"].pk).update(school=None, grade_level=None, home_class_name="")
    log_in(client, world.user("municipal_admin"))
    text = client.get(reverse("students:pupil", args=[world.pupils["own"].uuid])).content.decode()
    assert "Ingen skoleplass nå" in text


def test_the_birth_date_is_contact_data_and_written_the_norwegian_way(client, world):
    person = world.people["own"]
    person.birth_date = date(2016, 2, 1)
    person.save()
    log_in(client, world.user("contact_teacher"))
    assert "01.02.2016" in client.get(reverse("students:pupil", args=[world.pupils["own"].uuid])).content.decode()
