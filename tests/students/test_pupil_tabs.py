"""The pupil's page: contact, groups by date, and the way through the list one came from."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from accessctl.actions import give_grant
from accessctl.models import AccessEvent
from accessctl.permissions import Permission
from people.models import Address
from schoolapp.lib import clock
from schools.models import SchoolYear
from students.models import Group, Membership
from tests.login import give_reason, log_in


@pytest.fixture
def earlier(world):
    """A class of a year that is over, in which the pupil was."""
    start = world.year.starts_on.replace(year=world.year.starts_on.year - 1)
    year = SchoolYear.objects.create(starts_on=start, ends_on=start.replace(year=start.year + 1, month=7), state="past")
    group = Group.objects.create(school=world.school_a, school_year=year, kind="home_class", name="4X", grade_level=4)
    Membership.objects.create(
        student=world.pupils["own"],
        group=group,
        is_home_class=True,
        valid_from=start,
        valid_to=world.year.starts_on - timedelta(days=1),
    )
    return group


def page(client, world, name: str, tab: str, key: str = "own"):
    log_in(client, world.user(name))
    return client.get(f"/elever/{world.pupils[key].uuid}/{tab}")


def test_the_contact_tab_shows_pupil_and_guardians(client, world):
    text = page(client, world, "contact_teacher", "kontakt/").content.decode()
    assert "Prøveveien" in text
    assert "Foresatt Guardian" in text


def test_no_address_is_told_where_somebody_protected_may_live(client, world):
    world.add_guardian("guardian_of_protected", "own")
    assert Address.objects.filter(person=world.people["own"]).exists()
    assert "Prøveveien" not in page(client, world, "contact_teacher", "kontakt/").content.decode()


def test_a_protected_pupil_seen_by_grant_shows_how_nobody_is_reached(client, world):
    soon = clock.today() + timedelta(days=9)
    pupil = world.pupils["protected"]
    give_grant(
        world.users["contact_teacher"], Permission.SEE_PROTECTED, on=pupil, by=None, reason="Prøve", valid_to=soon
    )
    log_in(client, world.user("contact_teacher"))
    give_reason(client, pupil)
    contact = pupil.person.contact
    text = client.get(f"/elever/{pupil.uuid}/kontakt/").content.decode()
    assert "Adressesperre" in text
    assert contact.phone not in text.replace(" ", "")
    assert contact.email not in text


def test_groups_are_told_by_date_with_those_responsible_today(client, world):
    ended = world.add_group("Kor", world.school_a, 5, Group.Kind.ELECTIVE)
    yesterday = clock.today() - timedelta(days=1)
    Membership.objects.create(
        student=world.pupils["own"],
        group=ended,
        is_home_class=False,
        valid_from=world.year.starts_on,
        valid_to=yesterday,
    )
    places = page(client, world, "contact_teacher", "grupper/").context["places"]
    told = [
        (place.membership.group.name, place.state, [str(r.employee) for r in place.responsible]) for place in places
    ]
    assert told == [("5A", "now", ["Ansatt Contact_Teacher"]), ("Kor", "ended", [])]


def test_earlier_years_are_for_those_who_may_see_them(client, world, earlier):
    def names():
        found = page(client, world, "school_admin", "grupper/").context["places"]
        return [place.membership.group.name for place in found]

    assert names() == ["5A"]
    give_grant(world.users["school_admin"], Permission.SEE_ALL_YEARS, on=world.school_a, by=None, reason="Prøve")
    assert names() == ["5A", "4X"]


def test_the_tabs_are_those_one_may_open(client, world):
    tabs = {str(tab.label) for tab in page(client, world, "contact_teacher", "").context["tabs"]}
    assert {"Oversikt", "Kontakt", "Grupper", "Foresatte", "Dokumenter"} <= tabs
    assert page(client, world, "teacher_b", "kontakt/").status_code == 404
    assert page(client, world, "nurse", "grupper/").status_code == 403


def test_one_goes_through_the_list_one_came_from_on_the_same_tab(client, world):
    log_in(client, world.user("municipal_admin"))
    listed = urlencode({"skole": str(world.school_a.uuid), "trinn": "5"})
    (row, *_rest) = client.get(f"/elever/?{listed}").context["rows"]
    seen, url = [], f"/elever/{row.student.uuid}/grupper/?{urlencode({'fra': listed})}"
    for _turn in range(5):
        answer = client.get(url)
        seen.append(answer.context["student"].person.family_name)
        steps = answer.context["steps"]
        url = client.get(f"/elever/{answer.context['student'].uuid}/neste/?{steps['neste']}").url
    assert seen[:3] == ["Classmate", "Other_Class", "Own"]
    assert set(seen[3:]) == {"Own"}
    assert "/grupper/?fra=" in url
    assert f'href="/elever/?{listed}"'.replace("&", "&amp;") in client.get(url).content.decode()


def test_no_step_leads_to_a_protected_pupil_or_says_that_there_is_one(client, world):
    log_in(client, world.user("contact_teacher"))
    own = world.pupils["own"]
    answer = client.get(f"/elever/{own.uuid}/neste/?fra=sorter%3Dnavn&til=neste")
    assert answer.url == f"/elever/{own.uuid}/?fra=sorter%3Dnavn"
    assert str(world.pupils["protected"].uuid) not in answer.url


def test_a_step_is_logged_for_whom_it_leads_to(client, world):
    log_in(client, world.user("contact_teacher"))
    client.get(f"/elever/{world.pupils['classmate'].uuid}/neste/?fra=sorter%3Dnavn&til=neste")
    assert AccessEvent.objects.filter(about=world.pupils["own"].uuid, action="list").exists()


@pytest.mark.parametrize("junk", ["fra=%00&til=x&fane=%00", "fra=dag%3D31.2&til=neste", "fra=" + "a" * 4000])
def test_a_list_that_makes_no_sense_leads_back_to_the_pupil(client, world, junk):
    log_in(client, world.user("contact_teacher"))
    answer = client.get(f"/elever/{world.pupils['own'].uuid}/neste/?{junk}")
    assert answer.status_code == 302
    assert client.get(answer.url).status_code == 200
