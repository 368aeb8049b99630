"""The privacy officer's screens: search, hand out, history, alerts, and what they never show."""

import csv
import json
from io import StringIO

import pytest
from django.urls import reverse

from accessctl.actions import give_grant
from accessctl.audit import record_act, record_event, record_list
from accessctl.journal.search import harmless
from accessctl.models import AccessEvent, Alert, AlertAssessment, ChangeEvent
from accessctl.permissions import Permission
from people.models import Address, ContactDetails, Protection
from schoolapp.lib import clock
from students.models import Student
from tests.login import log_in


@pytest.fixture
def officer(client, world):
    world.add_employee("officer", role="personvernombud")
    log_in(client, world.user("officer"))
    return client


@pytest.fixture
def watched(world):
    """Three people have been at the pupils."""
    record_event(world.user("contact_teacher"), "open", world.pupils["own"])
    record_event(world.user("principal"), "open", world.pupils["protected"], reason="Uvenner i klassen")
    record_list(world.user("school_admin_b"), "list", [world.pupils["other_school"]])
    return world


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def found(response) -> list[AccessEvent]:
    return [line.event for line in response.context["lines"]]


def test_the_log_says_who_in_which_role_on_what_ground_saw_what_and_when(officer, watched):
    page = text(officer.get(reverse("journal:search")))
    for word in ("Ansatt Contact_Teacher", "Lærer", "Kontaktlærer i 5A", "åpnet opplysninger om eleven", "Elev Own"):
        assert word in page


def test_a_protected_pupil_has_no_name_in_the_log(officer, watched):
    page = text(officer.get(reverse("journal:search")))
    assert "Skjermet elev" in page
    assert "Elev Protected" not in page
    assert "Elev Protected" not in text(officer.get(reverse("journal:export")))


def test_an_officer_for_protection_sees_the_name(officer, watched):
    give_grant(watched.users["officer"], Permission.SEE_PROTECTED, on=watched.municipality, by=None, reason="Ansvarlig")
    assert "Elev Protected" in text(officer.get(reverse("journal:search")))


def test_the_family_of_a_protected_pupil_has_no_name_either(officer, world):
    world.people["own"].protection = Protection.STRICT
    world.people["own"].save()
    record_list(world.user("guardian"), "open", [world.pupils["own"]])
    page = text(officer.get(reverse("journal:search")))
    assert "Foresatt Guardian" not in page
    assert "Skjermet person" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("elev={own}", {"own"}),
        ("ansatt={teacher}", {"own"}),
        ("skole={school_b}", {"other_school"}),
        ("handling=list", {"other_school"}),
        ("fra=2020-01-01&til=2020-02-01", set()),
        ("elev={own}&handling=list", set()),
    ],
)
def test_each_filter_leaves_what_it_says(officer, watched, query, expected):
    names = {
        "own": watched.pupils["own"].uuid,
        "teacher": watched.users["contact_teacher"].username,
        "school_b": watched.school_b.uuid,
    }
    lines = found(officer.get(f"{reverse('journal:search')}?{query.format(**names)}"))
    about = {pupil.uuid: key for key, pupil in watched.pupils.items()}
    assert {about[line.about] for line in lines if line.about and line.action in ("open", "list")} == expected


def test_a_pupil_is_found_by_full_name_and_birth_date_and_the_way_on_holds_no_name(officer, world):
    born = world.people["own"].birth_date.isoformat()
    response = officer.post(reverse("journal:find"), {"hva": "elev", "navn": "elev own", "fodselsdato": born})
    assert response["Location"] == f"{reverse('journal:search')}?elev={world.pupils['own'].uuid}"
    assert officer.get(f"{reverse('journal:find')}?navn=elev").status_code == 405


@pytest.mark.parametrize("name", ["Elev Protected", "Ingen Heter Dette", "Protected"])
def test_a_protected_and_an_unknown_pupil_give_the_same_answer(officer, world, name):
    born = world.people["protected"].birth_date.isoformat()
    page = text(officer.post(reverse("journal:find"), {"hva": "elev", "navn": name, "fodselsdato": born}))
    assert "Vi fant ingen elev du kan søke på" in page
    assert officer.get(f"{reverse('journal:search')}?elev={world.pupils['protected'].uuid}").status_code == 404


def test_an_employee_is_found_by_a_part_of_the_name(officer, world):
    page = text(officer.post(reverse("journal:find"), {"hva": "ansatt", "navn": "school_admin"}))
    assert world.users["school_admin_b"].username in page
    response = officer.post(reverse("journal:find"), {"hva": "ansatt", "navn": "subject_teacher"})
    assert response["Location"].endswith(f"?ansatt={world.users['subject_teacher'].username}")


def test_each_search_and_export_is_a_line_in_the_log(officer, watched):
    own = watched.pupils["own"].uuid
    for name in ("search", "export", "changes"):
        officer.get(f"{reverse(f'journal:{name}')}?elev={own}")
    officer.get(reverse("journal:handout", args=[own]))
    lines = AccessEvent.objects.filter(user=watched.users["officer"], about=own).order_by("pk")
    assert [line.action for line in lines] == ["search_log", "export_log", "search_changes", "export_log"]
    assert lines[0].role == "Personvernombud"


def test_the_export_opens_in_a_spreadsheet_and_runs_nothing(officer, world):
    record_act(world.user("team"), "open", what='=HYPERLINK("http://x")')
    response = officer.get(reverse("journal:export"))
    content = response.content.decode("utf-8-sig")
    rows = list(csv.reader(StringIO(content), delimiter=";"))
    assert rows[0][0] == "Tidspunkt"
    assert any(row[5].startswith("'=HYPERLINK") for row in rows)
    assert harmless("-1") == "'-1"


def test_a_pupils_log_can_be_handed_out_in_sentences(officer, watched):
    page = text(officer.get(reverse("journal:handout", args=[watched.pupils["own"].uuid])))
    assert "Ansatt Contact_Teacher (Lærer, kontaktlærer i 5A) åpnet opplysninger om eleven." in page
    assert "Elev Other_School" not in page


def test_the_log_costs_the_same_for_many_lines_as_for_few(officer, watched, django_assert_max_num_queries):
    officer.get(reverse("journal:search"))
    with django_assert_max_num_queries(25) as few:
        officer.get(reverse("journal:search"))
    record_list(watched.user("team"), "list", [watched.pupils["own"], watched.pupils["classmate"]] * 10)
    with django_assert_max_num_queries(25) as many:
        officer.get(reverse("journal:search"))
    assert len(many) == len(few)


@pytest.mark.parametrize("viewer", ["municipal_admin", "principal", "contact_teacher", "guardian"])
@pytest.mark.parametrize("name", ["search", "export", "changes", "alerts"])
def test_the_screens_are_the_officers_alone(client, world, viewer, name):
    log_in(client, world.user(viewer))
    assert client.get(reverse(f"journal:{name}")).status_code == 403


def test_the_history_shows_old_and_new(officer, world):
    world.school_a.phone = "22 22 22 22"
    world.school_a.save()
    page = text(officer.get(f"{reverse('journal:changes')}?register=accessctl_school"))
    assert "<ins>22 22 22 22</ins>" in page
    assert "Skole" in page


def test_the_history_is_in_norwegian_and_without_machinery(officer, world):
    page = text(officer.get(f"{reverse('journal:changes')}?register=accessctl_roleassignment"))
    assert f"Fra: <ins>{clock.today():%d.%m.%Y}</ins>" in page
    page = text(officer.get(f"{reverse('journal:changes')}?register=accessctl_user"))
    assert "<ins>•••</ins>" in page
    assert world.users["officer"].username not in page


def change_home(world, key: str) -> None:
    person = world.people[key]
    Address.objects.create(person=person, kind="post", street="Hemmelig vei 3", postal_code="0002", city="Stedet")
    ContactDetails.objects.filter(person=person).update(phone="41414141")


def test_the_history_of_addresses_needs_the_right_to_the_address(officer, world):
    change_home(world, "own")
    url = f"{reverse('journal:changes')}?elev={world.pupils['own'].uuid}"
    page = text(officer.get(url))
    assert "Hemmelig vei 3" not in page
    assert "41414141" not in page
    assert "Verdiene vises bare" in page
    world.add_employee("both", role="personvernombud")
    give_grant(world.users["both"], Permission.VIEW_CONTACT, on=world.school_a, by=None, reason="Ansvarlig")
    log_in(officer, world.user("both"))
    assert "Hemmelig vei 3" in text(officer.get(url))


def test_the_history_of_a_protected_pupil_needs_the_right_to_the_protected(officer, world):
    change_home(world, "protected")
    url = f"{reverse('journal:changes')}?elev={world.pupils['protected'].uuid}"
    give_grant(world.users["officer"], Permission.VIEW_CONTACT, on=world.school_a, by=None, reason="Ansvarlig")
    assert officer.get(url).status_code == 404
    assert "Hemmelig vei 3" not in text(officer.get(reverse("journal:changes")))
    give_grant(world.users["officer"], Permission.SEE_PROTECTED, on=world.school_a, by=None, reason="Ansvarlig")
    assert "Hemmelig vei 3" in text(officer.get(url))


def test_the_history_holds_what_the_page_withholds(world):
    change_home(world, "own")
    rows = ChangeEvent.objects.filter(person_id=world.people["own"].pk)
    assert "Hemmelig vei 3" in json.dumps([row.new for row in rows])


def test_an_alert_is_assessed_once_and_the_assessment_stands(officer, watched):
    alert = Alert.objects.get(kind="protected")
    page = text(officer.get(reverse("journal:alerts")))
    assert "Skjermet elev er åpnet" in page
    assert "Uvenner i klassen" in page
    assert "Elev Protected" not in page
    for note in ("Avklart med rektor.", "Noe annet enn før."):
        officer.post(reverse("journal:assess", args=[alert.uuid]), {"vurdering": note})
    assert AlertAssessment.objects.get().note == "Avklart med rektor."
    assert not Alert.objects.visible_to(watched.user("officer")).open().exists()
    assert AccessEvent.objects.filter(action="assess_alert").exists()
    assert "Avklart med rektor." in text(officer.get(reverse("journal:alerts")))


def test_a_school_officer_sees_only_the_own_school(client, world):
    user = world.users["school_admin_b"]
    give_grant(user, Permission.VIEW_ACCESS_LOG, on=world.school_b, by=None, reason="Lokal kontroll")
    record_event(world.user("contact_teacher"), "open", world.pupils["own"])
    record_event(world.user("teacher_b"), "open", world.pupils["other_school"])
    log_in(client, world.user("school_admin_b"))
    assert {line.about for line in found(client.get(reverse("journal:search")))} == {world.pupils["other_school"].uuid}
    assert not client.get(reverse("journal:changes")).context["changes"]
    assert Student.objects.count() > 2
