"""The search over all persons: by special grant, with a reason, logged, and nothing tells of the protected."""

import pytest

from accessctl.actions import give_grant
from accessctl.journal.alerts import look_for_many
from accessctl.models import AccessEvent, Alert
from accessctl.permissions import Permission
from people.models import Address, Person
from schoolapp.lib import clock
from students.models import Student
from tests.login import log_in

REASON = "Ukjent barn i resepsjonen"


@pytest.fixture
def searching(client, world):
    """Logs in one who holds the grant for the municipality, or for a school, and gives the search."""

    def begin(on=None, user: str = "nurse"):
        give_grant(
            world.users[user], Permission.ADVANCED_SEARCH, on=on or world.municipality, by=None, reason="Vaktordning"
        )
        log_in(client, world.user(user))

        def search(**asked):
            return client.post("/personsok/", {"begrunnelse": REASON, **asked})

        return search

    return begin


def names(answer) -> list[str]:
    return [hit.person.family_name for hit in answer.context["hits"]]


def test_pupils_of_all_schools_guardians_and_staff_are_found(searching, world):
    search = searching()
    assert "Other_School" in names(search(navn="other_school"))
    assert names(search(navn="guardian foresatt")).count("Guardian") == 1
    assert names(search(navn="ansatt principal")) == ["Principal"]


def test_one_who_has_left_is_found_too(searching, world):
    Student.objects.filter(pk=world.pupils["own"].pk).update(school=None)
    answer = searching()(navn="own")
    assert names(answer) == ["Own"]
    assert "Tidligere elev" in answer.content.decode()


@pytest.mark.parametrize("field", ["nummer", "telefon", "epost", "adresse", "fodselsdato"])
def test_each_field_finds_the_person(searching, world, field):
    person = world.people["own"]
    asked = {
        "nummer": person.national_ids.get().number,
        "telefon": f"+47 {person.contact.phone}",
        "epost": person.contact.email.upper(),
        "adresse": person.addresses.get().street.lower(),
        "fodselsdato": person.birth_date.isoformat(),
    }
    found = names(searching()(**{field: asked[field]}))
    assert "Own" in found
    assert found == ["Own"] or field == "fodselsdato"


def test_all_fields_must_fit(searching, world):
    assert names(searching()(navn="own", fodselsdato="2001-01-01")) == []


@pytest.mark.parametrize("key", ["protected", "guardian_of_protected"])
@pytest.mark.parametrize("field", ["navn", "nummer", "telefon", "epost", "fodselsdato"])
def test_the_protected_and_those_known_through_them_alone_are_as_if_not_there(searching, world, key, field):
    person = world.people[key]
    Person.objects.filter(pk=person.pk).update(birth_date="1977-07-07")
    asked = {
        "navn": person.family_name.replace("_", " "),
        "nummer": person.national_ids.get().number,
        "telefon": person.contact.phone,
        "epost": person.contact.email,
        "fodselsdato": "1977-07-07",
    }
    if field == "navn" and key == "guardian_of_protected":
        Person.objects.filter(pk=person.pk).update(family_name="Fjaqvi")
        asked["navn"] = "fjaqvi"
    answer = searching()(**{field: asked[field]})
    nobody = searching()(navn="finnesikkexq")
    assert (answer.context["count"], answer.context["is_cut"]) == (0, False)
    assert answer.content.count(b"<li>") == nobody.content.count(b"<li>")


def test_a_protected_child_is_not_named_under_a_guardian(searching, world):
    world.add_guardian("guardian", "protected")
    text = searching()(navn="guardian foresatt").content.decode()
    assert "Foresatt til Elev Own" in text
    assert "Elev Protected" not in text


def test_an_address_where_somebody_protected_may_live_finds_nobody(searching, world):
    search = searching()
    street = world.people["own"].addresses.get().street
    assert names(search(adresse=street)) == ["Own"]
    world.add_guardian("guardian_of_protected", "own")
    assert names(search(adresse=street)) == []
    guardian = world.people["guardian_of_protected"]
    Address.objects.create(person=guardian, kind="home", street="Lønnveien 4", valid_from=clock.today())
    assert names(search(adresse="lønnveien")) == []


def test_a_grant_for_one_school_finds_those_of_that_school(searching, world):
    search = searching(on=world.school_a)
    assert names(search(navn="own")) == ["Own"]
    assert names(search(navn="other_school")) == []
    assert names(search(navn="teacher_b")) == []
    assert "Guardian" in names(search(navn="guardian"))
    assert "Elev Other_School" not in search(navn="guardian").content.decode()


def test_every_person_shown_is_logged_with_the_reason_and_never_what_was_asked(searching, world):
    number = world.people["own"].national_ids.get().number
    searching()(nummer=number)
    lines = AccessEvent.objects.filter(action="search_persons", user=world.users["nurse"])
    assert {line.reason for line in lines} == {REASON}
    assert world.pupils["own"].uuid in {line.about for line in lines}
    assert "fødselsnummer" in " ".join(line.what for line in lines)
    assert number not in str(list(lines.values()))


def test_the_children_named_under_a_guardian_are_logged(searching, world):
    searching()(navn="guardian foresatt")
    about = set(AccessEvent.objects.filter(action="search_persons").values_list("about", flat=True))
    assert {world.pupils["own"].uuid, world.people["guardian"].uuid} <= about


def test_many_shown_in_a_day_are_an_alert(searching, world, settings):
    settings.ALERT_PUPILS_PER_DAY = 4
    searching()(navn="elev")
    assert look_for_many() == 1
    assert Alert.objects.get().user == world.users["nurse"]


@pytest.mark.parametrize(
    "asked",
    [{}, {"navn": "a"}, {"nummer": "123"}, {"nummer": "01010112345"}, {"adresse": "S"}, {"telefon": "12"}]
    + [{"navn": "own", "begrunnelse": "kort"}, {"navn": "own", "begrunnelse": ""}, {"fodselsdato": "31.4.2015"}],
)
def test_nothing_is_searched_without_something_to_search_by_and_a_reason(searching, world, asked):
    answer = searching()(**asked)
    assert answer.status_code == 422
    assert "hits" not in answer.context
    assert not AccessEvent.objects.filter(action="search_persons").exists()


@pytest.mark.parametrize("side", ["0", "-1", "99", "x", "\x00", "٣", "2"])
def test_results_are_paged_and_a_page_that_is_none_is_the_first(searching, world, side):
    for number in range(30):
        world.add_pupil(f"mange{number:02}", world.groups["5A"])
    answer = searching()(navn="mange", side=side)
    assert answer.context["count"] == 30
    assert len(answer.context["hits"]) == (10 if side == "2" else 20)
    assert answer.context["number"] == (2 if side == "2" else 1)


def test_nobody_has_it_by_role(client, world):
    for name in ("municipal_admin", "school_admin", "contact_teacher", "guardian"):
        log_in(client, world.user(name))
        assert client.get("/personsok/").status_code == 403


def test_what_is_asked_for_is_never_in_an_address(searching, world):
    answer = searching()(navn="own")
    assert 'method="post"' in answer.content.decode()
    assert "navn=own" not in answer.content.decode()
