"""Pages that name pupils in passing leave a line about each, and a page that opens with one factor names none."""

from datetime import timedelta

import pytest
from django.test import Client

from accessctl.actions import give_grant
from accessctl.audit import record_list
from accessctl.models import AccessEvent, Alert
from accessctl.permissions import Permission
from schoolapp.lib import clock
from tests.login import grow_old, log_in


@pytest.fixture
def asked(world):
    """What a user gets, and the pupils the request left lines about."""

    def ask(name: str, method: str, path: str, **data: str) -> tuple[str, list]:
        client = Client()
        log_in(client, world.user(name))
        before = list(AccessEvent.objects.values_list("pk", flat=True))
        response = getattr(client, method)(path, data, follow=False)
        about = AccessEvent.objects.exclude(pk__in=before).exclude(about=None).values_list("about", flat=True)
        return response.content.decode(), sorted(about)

    return ask


def grant_on(world, key: str):
    ends = clock.today() + timedelta(days=9)
    return give_grant(
        world.users["nurse"], Permission.VIEW_PUPIL, on=world.pupils[key], by=None, reason="Prøve", valid_to=ends
    )


def uuids(world, *keys: str) -> list:
    return sorted(world.pupils[key].uuid for key in keys)


def test_own_rights_count_pupils_and_name_none(world, asked):
    grant_on(world, "own")
    page, about = asked("nurse", "get", "/mine-tilganger/")
    assert "for én elev" in page
    assert "Elev Own" not in page
    assert about == []
    grant_on(world, "classmate")
    assert "for 2 elever" in asked("nurse", "get", "/mine-tilganger/")[0]


def test_grants_that_run_out_are_seen_once_for_each_pupil(world, asked):
    grant_on(world, "own")
    grant_on(world, "other_class")
    page, about = asked("municipal_admin", "get", "/tilganger/")
    assert "Elev Own" in page
    assert about == uuids(world, "own", "other_class")


def test_a_grant_and_the_page_of_the_one_who_has_it_are_about_the_pupil(world, asked):
    grant = grant_on(world, "own")
    assert asked("municipal_admin", "get", f"/tilganger/saerskilt/{grant.uuid}/")[1] == uuids(world, "own")
    person = world.people["nurse"].employee
    assert asked("municipal_admin", "get", f"/tilganger/{person.uuid}/")[1] == uuids(world, "own")


@pytest.mark.parametrize("path", ["/innsynslogg/", "/innsynslogg/csv/"])
def test_reading_the_log_is_seen_by_every_pupil_in_it_once(world, asked, path):
    world.add_employee("ombud", role="personvernombud")
    record_list(world.user("team"), "list", [world.pupils["own"], world.pupils["other_class"]] * 3)
    page, about = asked("ombud", "get", path)
    assert "Elev Own" in page
    assert about == uuids(world, "own", "other_class")


def test_alerts_are_about_the_pupils_they_name(world, asked):
    world.add_employee("ombud", role="personvernombud")
    pupil = world.pupils["own"]
    Alert.objects.create(
        kind="many", user=world.users["team"], day=clock.today(), about=pupil.uuid, school=pupil.school
    )
    page, about = asked("ombud", "get", "/varsler/")
    assert "Elev Own" in page
    assert about == uuids(world, "own")
    assert Alert.objects.count() == 1


def test_several_of_one_name_are_all_seen(world, asked):
    world.add_employee("ombud", role="personvernombud")
    own, other = world.pupils["own"].person, world.pupils["other_class"].person
    other.family_name = own.family_name
    other.save()
    data = {"hva": "elev", "navn": own.full_name, "fodselsdato": own.birth_date.isoformat()}
    assert asked("ombud", "post", "/innsynslogg/finn/", **data)[1] == uuids(world, "own", "other_class")


def test_rights_are_changed_on_a_fresh_login_only(world):
    client = Client()
    log_in(client, world.user("municipal_admin"))
    path = f"/tilganger/{world.people['nurse'].employee.uuid}/rolle/"
    assert client.post(path, {}).status_code == 200
    grow_old(client)
    assert client.get(path).status_code == 200
    answer = client.post(path, {})
    assert answer.status_code == 403
    assert "Bekreft hvem du er for å endre tilganger" in answer.content.decode()
