"""What raises an alert, how alerts are looked at together, and how the privacy officer comes to know of them."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from accessctl.actions import give_grant
from accessctl.audit import record_event, record_list
from accessctl.journal.alerts import break_glass_used, open_alerts
from accessctl.models import Alert, AlertAssessment
from accessctl.permissions import Permission
from people.models import Protection
from schools.today import OPENED_BY
from tests.login import give_reason, grow_old, log_in

URL = "/varsler/"


@pytest.fixture
def ombud(client, world):
    world.add_employee("ombud", role="personvernombud")
    log_in(client, world.user("ombud"))
    return client


@pytest.fixture
def guard(world):
    """The municipality's officer for protection, and one more protected pupil."""
    officer = world.add_employee("guard", role="kommuneadmin")
    for right in (Permission.SEE_PROTECTED, Permission.MANAGE_PROTECTION):
        give_grant(officer.person.user, right, on=world.municipality, by=None, reason="Navngitt ansvarlig")
    world.add_pupil("protected_too", world.groups["5B"], protection=Protection.STRICT)
    return world.user("guard")


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_a_list_raises_no_alert_and_a_page_raises_one_a_day(client, world, guard):
    log_in(client, guard)
    assert client.get(reverse("guardians:protected")).status_code == 200
    assert client.get(reverse("students:list")).status_code == 200
    record_list(guard, "export", [world.pupils["protected"]])
    assert not Alert.objects.exists()
    give_reason(client, world.pupils["protected"])
    for _time in range(2):
        assert client.get(reverse("students:pupil", args=[world.pupils["protected"].uuid])).status_code == 200
    assert [alert.about for alert in Alert.objects.all()] == [world.pupils["protected"].uuid]


def opened(world, guard) -> None:
    for key in ("protected", "protected_too"):
        record_event(guard, "open", world.pupils[key], reason=f"Grunn {key}")


def test_what_one_user_opened_in_a_day_is_assessed_as_one(ombud, world, guard):
    opened(world, guard)
    page = ombud.get(URL)
    assert len(page.context["groups"]) == 1
    shown = text(page)
    assert "2 elever" in shown and "Grunn protected_too" in shown and "Skjermet elev" in shown
    assert "Elev Protected" not in shown
    newest = page.context["groups"][0][0].newest
    ombud.post(reverse("journal:assess", args=[newest.uuid]), {"vurdering": "Avklart med ansvarlig."})
    assert AlertAssessment.objects.count() == 2
    assert len(ombud.get(URL).context["groups"]) == 1


def test_what_came_after_the_officer_looked_is_not_assessed_unseen(ombud, world, guard):
    record_event(guard, "open", world.pupils["protected"])
    seen = Alert.objects.get()
    record_event(guard, "open", world.pupils["protected_too"])
    ombud.post(reverse("journal:assess", args=[seen.uuid]), {"vurdering": "Avklart med ansvarlig."})
    assert Alert.objects.open().get().about == world.pupils["protected_too"].uuid
    assert len(ombud.get(URL).context["groups"]) == 2


def test_emergency_access_stands_first_and_the_list_can_be_narrowed(ombud, world, guard):
    own = world.pupils["own"]
    break_glass_used(world.user("contact_teacher"), own.uuid, school_id=own.school_id, reason="Skadet i friminuttet")
    opened(world, guard)
    kinds = [group.newest.kind for group, _rows in ombud.get(URL).context["groups"]]
    assert kinds == ["break_glass", "protected"]
    assert "Elev Own" in text(ombud.get(URL))
    kinds = [group.newest.kind for group, _rows in ombud.get(URL, {"varsel": "protected"}).context["groups"]]
    assert kinds == ["protected"]


def test_the_privacy_officer_lands_where_the_alerts_are_told_of(ombud, world, guard):
    opened(world, guard)
    assert open_alerts(world.user("ombud")) == 1
    assert ombud.get("/").url == reverse("schools:today")
    grow_old(ombud)
    page = text(ombud.get(reverse("schools:today")))
    assert "1 varsel fra innsynsloggen" in page
    assert f'href="{URL}"' in page
    menu = re.search(rf'<a href="{URL}"[^>]*>Varsler <span[^>]*>1<', page)
    assert menu, page[:3000]


def test_without_alerts_the_officer_is_not_sent_to_pupils(ombud):
    page = text(ombud.get(reverse("schools:today")))
    assert "Alt er gjort" in page and reverse("students:list") not in page


@pytest.mark.parametrize("viewer", ["guardian", "other_school", "no_role"])
def test_the_page_of_today_is_not_for_those_whom_no_line_can_reach(client, world, viewer):
    log_in(client, world.user(viewer))
    assert client.get(reverse("schools:today")).status_code == 403


def test_the_page_of_today_asks_for_two_factors(client, world):
    log_in(client, world.user("contact_teacher"), provider="feide", acr="")
    assert client.get(reverse("schools:today")).status_code in (302, 403)


def test_every_right_that_brings_a_line_opens_the_page():
    asked = set()
    for path in Path(settings.BASE_DIR).glob("*/today.py"):
        asked |= set(re.findall(r"holds\(Permission\.(\w+)", path.read_text()))
    assert "VIEW_ACCESS_LOG" in asked
    assert asked <= {right.name for right in OPENED_BY}


def test_the_page_of_alerts_costs_the_same_for_many(ombud, world, guard, django_assert_max_num_queries):
    opened(world, guard)
    with django_assert_max_num_queries(25) as few:
        ombud.get(URL)
    for key in ("own", "classmate", "other_class"):
        break_glass_used(world.user("team"), world.pupils[key].uuid, school_id=world.school_a.pk, reason="Haster")
    with django_assert_max_num_queries(25) as many:
        ombud.get(URL)
    assert len(many) == len(few)
