"""The one search finds what the user may see, however it is spelled, and nothing else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from accessctl.models import AccessEvent
from documents.models import Document
from people.models import Person, Protection
from schoolapp.lib.search_words import begins, folded, terms, words_of
from students.models import GroupStaffing, Student
from students.names import sort_name
from tests.login import log_in

LETTERS = "abcdefghijklmnopqrstuvwxyzæøåäöüéèčđðŧþłŋßÆØÅÄÖÜÉŁ"


def rename(pupil: Student, given: str, family: str) -> None:
    Person.objects.filter(pk=pupil.person_id).update(given_name=given, family_name=family)
    pupil.person.refresh_from_db()
    Student.objects.filter(pk=pupil.pk).update(sort_name=sort_name(pupil.person))


def titles(client, world, name: str, query: str, slug: str = "") -> list[str]:
    log_in(client, world.user(name))
    sections = client.get("/sok/", {"q": query}).context["sections"]
    return [hit.title for section in sections if slug in ("", section.slug) for hit in section.hits]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Åse Bjørnstad", "aase"),
        ("Aase Bjornstad", "åse"),
        ("Åse Bjørnstad", "bjoern"),
        ("Aase Bjoernstad", "BJØRN"),
        ("Kjærstad", "kjaer"),
        ("Kjaerstad", "kjær"),
        ("Östberg", "øst"),
        ("Anne-Marie Zoë", "marie anne"),
        ("Anne-Marie Zoë", "zoe"),
        ("O'Brien", "brien"),
        ("Łukasz", "lukasz"),
    ],
)
def test_a_pupil_is_found_however_the_name_is_spelled(client, world, written, asked):
    rename(world.pupils["own"], written, "Own")
    assert titles(client, world, "contact_teacher", asked, "elever") == [f"{written} Own"]
    assert titles(client, world, "municipal_admin", asked, "elever") == [f"{written} Own"]


@pytest.mark.parametrize(("person", "slug"), [("guardian", "foresatte"), ("contact_teacher", "ansatte")])
def test_guardians_and_staff_are_found_so_too(client, world, person, slug):
    Person.objects.filter(pk=world.people[person].pk).update(given_name="Bjørg-Åse")
    assert titles(client, world, "school_admin", "aase bjoerg", slug)
    assert not titles(client, world, "school_admin", "sebjoerg", slug)


def test_nobody_is_looked_for_by_a_word_with_a_digit(client, world):
    """It is the name of a class, and every kind of person asked in vain costs as much as one that answers."""
    rename(world.pupils["own"], "5Alva", "5Ask")
    assert titles(client, world, "municipal_admin", "5a") == ["5A"]


@pytest.mark.django_db
@settings(deadline=None)
@given(text=st.text(alphabet=LETTERS + " -'’.", max_size=40))
def test_what_is_indexed_is_folded_as_what_is_asked_for(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(search_words(%s))", [text])
        assert set(cursor.fetchone()[0]) == set(folded(text).split())


@given(name=st.text(alphabet=LETTERS + " -", max_size=30), cut=st.integers(1, 30))
def test_every_beginning_of_a_word_finds_the_name(name, cut):
    words = [word[:cut] for word in folded(name).split()]
    assert begins(name, words_of(" ".join(words)))


def test_the_search_language_of_the_database_is_out_of_reach():
    assert terms(words_of("a' | !b & (c:* <-> d)")) == "a:* & b:* & c:* & d:*"


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("contact_teacher", {"Own", "Classmate"}),
        ("school_admin", {"Own", "Classmate", "Other_Class"}),
        ("municipal_admin", {"Own", "Classmate", "Other_Class", "Other_School"}),
    ],
)
def test_pupils_are_found_in_reach_only_and_protected_ones_never(client, world, name, seen):
    assert {title.removeprefix("Elev ") for title in titles(client, world, name, "elev", "elever")} == seen


def test_a_protected_pupil_leaves_no_trace_in_any_kind_of_hit(client, world):
    rename(world.pupils["protected"], "Fjaqvi", "Hemmelig")
    world.add_guardian("vokter", "protected")
    for name in ("contact_teacher", "school_admin", "municipal_admin"):
        assert titles(client, world, name, "fjaqvi") == []
        assert titles(client, world, name, "vokter") == []


def test_what_only_a_contact_teacher_sees_a_subject_teacher_does_not_find(client, world):
    document = world.add_draft("other_class")
    Document.objects.filter(pk=document.pk).update(title="Vedtak om skyss")
    assert titles(client, world, "subject_teacher", "other_class", "elever") == ["Elev Other_Class"]
    assert titles(client, world, "subject_teacher", "guardian_b") == []
    assert titles(client, world, "subject_teacher", "skyss") == []


def test_a_protected_employee_or_guardian_is_not_found(client, world):
    for name in ("guardian", "teacher_b"):
        Person.objects.filter(pk=world.people[name].pk).update(given_name="Fjaqvi", protection="strict")
    assert titles(client, world, "municipal_admin", "fjaqvi") == []


def test_groups_are_found_by_name_and_school(client, world):
    school = world.school_a.name.split()[0]
    assert titles(client, world, "municipal_admin", f"5a {school}", "grupper") == ["5A"]
    assert titles(client, world, "contact_teacher", "5a", "grupper") == ["5A"]
    assert titles(client, world, "contact_teacher", "8", "grupper") == []


def test_documents_are_found_by_title_but_sensitive_ones_are_not(client, world):
    document = world.add_draft("own")
    Document.objects.filter(pk=document.pk).update(title="Vedtak om skyss")
    for name in ("contact_teacher", "school_admin", "municipal_admin"):
        assert titles(client, world, name, "skyss", "dokumenter") == ["Vedtak om skyss"]
    assert titles(client, world, "teacher_b", "skyss", "dokumenter") == []
    Document.objects.filter(pk=document.pk).update(sensitivity="sensitive")
    for name in ("contact_teacher", "school_admin", "municipal_admin"):
        assert titles(client, world, name, "skyss") == []


def test_pages_are_found_by_other_words_and_only_those_one_may_open(client, world):
    assert "Adressesperre" not in titles(client, world, "contact_teacher", "kode", "sider")
    assert "Tilganger" in titles(client, world, "municipal_admin", "rettigheter", "sider")
    assert "Skoleår" in titles(client, world, "municipal_admin", "skoleår", "sider")
    assert "Skoleår" not in titles(client, world, "school_admin", "skoleår", "sider")


def test_each_pupil_shown_is_logged_also_behind_a_guardian(client, world):
    log_in(client, world.user("municipal_admin"))
    client.post("/sok/", {"q": "guardian"}, headers={"HX-Request": "true"})
    about = set(AccessEvent.objects.filter(action="list").values_list("about", flat=True))
    assert world.pupils["own"].uuid in about


@pytest.mark.parametrize("typed", ["{}", "  {} ", "Elev {}"])
def test_a_national_id_is_neither_looked_for_nor_kept_nor_sent_on(client, world, typed):
    number = world.people["own"].national_ids.get().number
    log_in(client, world.user("municipal_admin"))
    for spaced in (number, f"{number[:6]} {number[6:]}"):
        for answer in (
            client.post("/sok/", {"q": typed.format(spaced)}, follow=True),
            client.post("/sok/", {"q": typed.format(spaced)}, headers={"HX-Request": "true"}),
            client.get("/sok/", {"q": typed.format(spaced)}, follow=True),
        ):
            assert answer.status_code == 200
            assert "fødselsnummer" in answer.content.decode()
            assert spaced not in answer.content.decode() + answer.request["QUERY_STRING"]
            assert answer.context["sections"] == []


def test_words_that_are_posted_go_on_to_an_address_that_can_be_kept(client, world):
    log_in(client, world.user("contact_teacher"))
    answer = client.post("/sok/", {"q": " own  elev\x00 "})
    assert (answer.status_code, answer.url) == (302, "/sok/?q=own+elev")
    assert "Elev Own" in client.get(answer.url).content.decode()


@pytest.mark.parametrize("query", ["", "a", "!!!", "' | 1=1 --", "å" * 300, "\x00", "☃", "%", "a:* & b"])
def test_nothing_that_is_typed_is_an_error(client, world, query):
    log_in(client, world.user("municipal_admin"))
    assert client.get("/sok/", {"q": query}).status_code == 200
    assert client.post("/sok/", {"q": query}, headers={"HX-Request": "true"}).status_code == 200


@pytest.mark.parametrize("name", ["contact_teacher", "school_admin", "municipal_admin"])
def test_a_search_costs_no_more_however_much_is_found(client, world, name):
    """At most 25 statements, also with a guardian, a group and a document among the hits."""
    log_in(client, world.user(name))
    for number in range(3):
        world.add_pupil(f"mange{number}", world.groups["5A"])
    world.add_draft("own")
    for ask in (lambda: client.get("/sok/?q=elev"), lambda: client.post("/sok/", {"q": "a"}), suggestions(client)):
        with CaptureQueriesContext(connection) as queries:
            ask()
        assert len(queries) <= 25, [query["sql"][:80] for query in queries]


def suggestions(client):
    return lambda: client.post("/sok/", {"q": "innkalling"}, headers={"HX-Request": "true"})


def test_somebody_without_rights_finds_no_search(client, world):
    log_in(client, world.user("guardian"))
    assert client.get("/sok/").status_code == 403
    assert "topp-sok" not in client.get("/foresatt/").content.decode()


def responsible(world, name: str, group, **names) -> Person:
    found = world.people[name]
    Person.objects.filter(pk=found.pk).update(**names)
    GroupStaffing.objects.create(group=group, employee=found.employee, function="subject_teacher")
    return found


def test_a_teacher_finds_colleagues_of_the_own_groups_and_the_group_they_stand_in(client, world):
    group = world.groups["5A"]
    responsible(world, "subject_teacher", group, given_name="Bjørg", family_name="Kollega")
    log_in(client, world.user("contact_teacher"))
    (section,) = client.get("/sok/", {"q": "bjoerg koll"}).context["sections"]
    assert [hit.title for hit in section.hits] == ["Bjørg Kollega"]
    assert client.get(section.hits[0].url).status_code == 200


def test_a_teacher_finds_nobody_of_other_groups_nor_with_address_protection(client, world):
    other = responsible(world, "subject_teacher", world.groups["5B"], given_name="Bjørg", family_name="Kollega")
    assert not titles(client, world, "contact_teacher", "kollega")
    GroupStaffing.objects.filter(employee=other.employee).update(group=world.groups["5A"])
    assert titles(client, world, "contact_teacher", "kollega") == ["Bjørg Kollega"]
    Person.objects.filter(pk=other.pk).update(protection=Protection.STRICT)
    assert not titles(client, world, "contact_teacher", "kollega")


def test_a_page_is_found_by_those_who_may_open_it(client, world):
    assert not titles(client, world, "contact_teacher", "flyttinger", "sider")
    assert client.get(reverse("moves:list")).status_code == 403
    assert titles(client, world, "school_admin", "flyttinger", "sider") == ["Flyttinger"]
    assert client.get(reverse("moves:list")).status_code == 200
