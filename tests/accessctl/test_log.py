"""The access log: who saw what about whom, in which role and on what ground; and nothing is shown that it lacks."""

from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import reverse

from accessctl.actions import give_grant
from accessctl.audit import record_act, record_list
from accessctl.journal.alerts import look_for_many
from accessctl.login.level import give_reason
from accessctl.models import AccessEvent, Alert
from accessctl.permissions import Permission
from people.models import Protection
from tests.login import log_in


def page_of(world, key: str) -> str:
    return reverse("students:pupil", args=[world.pupils[key].uuid])


def line_about(world, key: str, **lookup) -> AccessEvent:
    return AccessEvent.objects.filter(about=world.pupils[key].uuid, **lookup).latest("pk")


@pytest.mark.parametrize(
    ("viewer", "pupil", "role", "ground", "basis"),
    [
        ("contact_teacher", "own", "Lærer", "Kontaktlærer i 5A", "own_group"),
        ("subject_teacher", "other_class", "Lærer", "Faglærer i 5 matematikk", "own_group"),
        ("school_admin", "own", "Skoleadmin", "Skoleadmin ved Skole A", "school"),
        ("team", "other_school", "Team", "Team ved Skole B", "school"),
        ("municipal_admin", "own", "Kommuneadmin", "Kommuneadmin i kommunen", "municipality"),
    ],
)
def test_a_read_says_who_in_which_role_and_on_what_ground(client, world, viewer, pupil, role, ground, basis):
    log_in(client, world.user(viewer))
    response = client.get(page_of(world, pupil))
    line = line_about(world, pupil, action="open")
    assert (line.user, line.role, line.ground, line.basis) == (world.users[viewer], role, ground, basis)
    assert line.what == "elev"
    assert line.school == world.pupils[pupil].school
    assert "ID-porten" in line.login_method
    assert str(line.request_id) == response["X-Request-ID"]


def test_a_guardian_and_a_pupil_have_grounds_of_their_own(client, world):
    log_in(client, world.user("guardian"))
    assert client.get(reverse("guardians:home")).status_code == 200
    line = line_about(world, "own", user=world.users["guardian"])
    assert (line.role, line.ground, line.basis) == ("Foresatt", "Egen forelder", "own_child")
    log_in(client, world.user("other_school"))
    client.get(reverse("students:own"))
    line = line_about(world, "other_school", user=world.users["other_school"])
    assert (line.ground, line.basis) == ("Eleven selv", "self")


def test_a_list_leaves_one_line_per_pupil_at_a_constant_cost(world, django_assert_max_num_queries):
    user = world.user("team")
    user.holds(Permission.VIEW_PUPIL)
    record_list(user, "list", [world.pupils["own"]])
    with django_assert_max_num_queries(4):
        record_list(user, "list", [world.pupils["own"], world.pupils["classmate"], world.pupils["other_school"]])
    assert {line.ground for line in AccessEvent.objects.filter(action="list")} == {
        "Team ved Skole A",
        "Team ved Skole B",
    }


def test_each_request_has_a_number_of_its_own(client, world):
    log_in(client, world.user("contact_teacher"))
    numbers = {client.get("/elever/", headers={"X-Request-ID": "x"})["X-Request-ID"] for _n in range(2)}
    assert len({UUID(number) for number in numbers}) == 2


@pytest.mark.parametrize(("page", "status"), [("students:pupil", 404), ("archive:log", 403)])
def test_a_refusal_is_logged_with_what_was_asked_for(client, world, page, status):
    log_in(client, world.user("contact_teacher"))
    foreign = world.pupils["other_school"].uuid
    assert client.get(reverse(page, args=[foreign] if status == 404 else [])).status_code == status
    line = AccessEvent.objects.latest("pk")
    assert (line.action, line.what, line.user) == ("denied", f"{status} {page}", world.users["contact_teacher"])
    assert line.object_id == (foreign if status == 404 else None)


def test_a_logout_is_logged(client, world):
    log_in(client, world.user("contact_teacher"))
    client.post(reverse("accessctl:logout"))
    assert AccessEvent.objects.filter(user=world.users["contact_teacher"], action="logout").count() == 1


BROKEN_LOG = """
CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$;
CREATE TRIGGER broken BEFORE INSERT ON accessctl_accessevent FOR EACH ROW EXECUTE FUNCTION broken();
"""


@pytest.mark.parametrize("page", ["pupil", "list", "denied"])
def test_a_page_that_cannot_be_logged_is_not_shown(world, page):
    client = Client(raise_request_exception=True)
    log_in(client, world.user("contact_teacher"))
    path = {"pupil": page_of(world, "own"), "list": "/elever/", "denied": page_of(world, "other_school")}[page]
    with connection.cursor() as cursor:
        cursor.execute(BROKEN_LOG)
    response = client.get(path)
    text = response.content.decode()
    assert response.status_code == 503
    assert "innsynsloggen" in text
    assert world.people["own"].family_name not in text


@pytest.mark.parametrize("name", ["accessevent", "changeevent", "logseal", "alert", "alertassessment"])
def test_the_logs_only_grow(world, name):
    trigger = "access_event_no_truncate" if name == "accessevent" else f"{name}_no_truncate"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE accessctl_{name} ENABLE TRIGGER {trigger}")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(f"TRUNCATE accessctl_{name} CASCADE")
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass", [f"accessctl_{name}"])
        assert any(row[0].endswith("_append_only") for row in cursor.fetchall())


def test_a_line_is_timed_by_the_database(world, time_machine):
    time_machine.move_to("2031-01-01T12:00:00Z")
    line = record_act(world.users["team"], "open")
    line.refresh_from_db()
    assert line.at.year < 2031


def test_opening_a_protected_pupil_is_told_once_a_day(world, rf):
    protected, user = world.pupils["protected"], world.user("principal")
    for _time in range(2):
        record_list(user, "open", [protected, world.pupils["own"]])
    [alert] = Alert.objects.all()
    assert (alert.kind, alert.user, alert.about, alert.school) == ("protected", user, protected.uuid, protected.school)


def test_the_family_of_a_protected_child_is_no_alert(client, world):
    world.people["own"].protection = Protection.STRICT
    world.people["own"].save()
    log_in(client, world.user("guardian"))
    client.get(reverse("guardians:home"))
    assert line_about(world, "own", user=world.users["guardian"]).basis == "own_child"
    assert not Alert.objects.exists()


def test_opening_many_pupils_outside_own_groups_is_told(world, settings):
    settings.ALERT_PUPILS_PER_DAY = 3
    pupils = [world.pupils[key] for key in ("own", "classmate", "other_class")]
    for viewer in ("school_admin", "contact_teacher"):
        record_list(world.user(viewer), "open", pupils)
    record_list(world.user("adviser"), "open", pupils[:2])
    record_list(world.user("principal"), "list", pupils)
    assert look_for_many() == 1
    assert look_for_many() == 0
    [alert] = Alert.objects.filter(kind="many")
    assert (alert.user, alert.count) == (world.users["school_admin"], 3)


def test_a_reason_given_for_opening_is_in_the_line(client, world):
    """A protected pupil opens to somebody granted to see them, with a reason, and the reason is kept."""
    give_grant(
        world.users["principal"], Permission.SEE_PROTECTED, on=world.school_a, by=None, reason="Ansvarlig ved skolen"
    )
    log_in(client, world.user("principal"))
    session = client.session

    class Kept:
        pass

    kept = Kept()
    kept.session = session
    give_reason(kept, str(world.pupils["protected"].uuid), "Møte med familien")
    session.save()
    assert client.get(page_of(world, "protected")).status_code == 200
    assert line_about(world, "protected", action="open").reason == "Møte med familien"
    assert Alert.objects.get().reason == "Møte med familien"
