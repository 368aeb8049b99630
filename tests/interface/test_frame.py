"""The frame: doors, menu, language, and the policy every page is sent with."""

import pytest

from accessctl.actions import assign_role
from accessctl.models import User
from schools import today
from students.models import Group, GroupStaffing, Membership
from tests.login import log_in


@pytest.mark.parametrize(
    "name, door",
    [
        ("contact_teacher", "/i-dag/"),
        ("municipal_admin", "/i-dag/"),
        ("guardian", "/foresatt/"),
        ("other_school", "/min-side/"),
    ],
)
def test_the_front_page_leads_each_to_their_own_door(client, world, name, door):
    log_in(client, world.user(name))
    response = client.get("/")
    assert response.status_code == 302
    assert response.url == door


@pytest.mark.parametrize("name", ["no_role", "nurse"])
def test_someone_without_a_door_is_told_what_to_do(client, world, name):
    log_in(client, world.user(name))
    assert "ber du skoleadmin ved skolen din" in client.get("/").content.decode()


def test_someone_with_two_doors_is_offered_both(client, world):
    assign_role(world.user("contact_teacher"), role="foresatt", by=None)
    log_in(client, world.user("contact_teacher"))
    text = client.get("/i-dag/").content.decode()
    assert 'href="/foresatt/"' in text
    assert 'href="/i-dag/" aria-current="true">Som ansatt' in text


def test_the_menu_shows_what_the_user_may_open_and_marks_where_they_are(client, world):
    log_in(client, world.user("contact_teacher"))
    text = client.get("/elever/").content.decode()
    assert 'href="/elever/" aria-current="page"' in text
    assert "Administrasjon" not in text
    log_in(client, world.user("municipal_admin"))
    assert "Administrasjon" in client.get("/elever/").content.decode()


def test_the_language_is_kept_with_the_user_and_followed(client, world):
    log_in(client, world.user("contact_teacher"))
    response = client.post("/spraak/", {"spraak": "nn", "neste": "/elever/?sok=a"})
    assert response.url == "/elever/?sok=a"
    assert world.user("contact_teacher").language == "nn"
    client.cookies.pop("django_language")
    page = client.get("/elever/")
    assert page.headers["Content-Language"] == "nn"
    assert "Elevane du har tilgang til" in page.content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_choosing_a_language_leads_nowhere_else(client, world, target):
    assert client.post("/spraak/", {"spraak": "nn", "neste": target}).url == "/"


def test_a_language_that_does_not_exist_changes_nothing(client, world):
    log_in(client, world.user("contact_teacher"))
    client.post("/spraak/", {"spraak": "xx"})
    assert world.user("contact_teacher").language == ""


def test_the_municipality_decides_for_those_who_have_not_chosen(client, world):
    world.municipality.language = "nn"
    world.municipality.save()
    log_in(client, world.user("contact_teacher"))
    assert '<html lang="nn"' in client.get("/elever/").content.decode()


def test_screens_of_staff_stay_norwegian_for_a_user_who_reads_the_portal_in_english(client, world):
    User.objects.filter(pk=world.users["guardian"].pk).update(language="en")
    assign_role(world.user("guardian"), role="laerer", by=None, school=world.school_a)
    log_in(client, world.user("guardian"))
    assert '<html lang="en"' in client.get("/foresatt/").content.decode()
    assert '<html lang="nb"' in client.get("/i-dag/").content.decode()


def test_pages_forbid_what_is_not_theirs(client, world):
    log_in(client, world.user("guardian"))
    response = client.get("/foresatt/")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "style=" not in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]


def test_today_puts_the_most_serious_first_and_says_how_many(client, world, monkeypatch):
    lines = [
        today.TodayLine(2, "", "To foresatte venter", "", "/elever/", "Les"),
        today.TodayLine(1, "bad", "Ett dokument feilet", "I natt", "/elever/", "Rett"),
    ]
    monkeypatch.setattr(today, "_lines", [lambda user: lines])
    log_in(client, world.user("contact_teacher"))
    response = client.get("/i-dag/")
    text = response.content.decode()
    assert text.index("Ett dokument feilet") < text.index("To foresatte venter")
    assert "2 ting trenger deg" in text


def test_today_leads_to_own_classes(client, world):
    log_in(client, world.user("contact_teacher"))
    response = client.get("/i-dag/")
    (own,) = response.context["shortcuts"]
    assert (own.title, own.detail) == ("5A", "2 elever")
    assert {s.person.family_name for s in client.get(own.url).context["page"]} == {"Own", "Classmate"}


def test_who_works_in_sfo_is_led_to_each_own_group(client, world):
    worker = world.add_employee("worker", role="sfo_ansatt", schools=(world.school_a,))
    for name, key in [("Base Blå", "own"), ("Base Gul", "classmate")]:
        base = world.add_group(name, world.school_a, 1, Group.Kind.SFO_GROUP)
        world.add_staffing(worker, base, GroupStaffing.Function.ASSISTANT)
        start = world.year.starts_on
        Membership.objects.create(student=world.pupils[key], group=base, is_home_class=False, valid_from=start)
    log_in(client, world.user("worker"))
    shown = {
        own.title: {str(s.person.family_name) for s in client.get(own.url).context["page"]}
        for own in client.get("/i-dag/").context["shortcuts"]
    }
    assert shown == {"Base Blå": {"Own"}, "Base Gul": {"Classmate"}}


def test_a_pupil_sees_the_own_record_and_nobody_elses(client, world):
    log_in(client, world.user("other_school"))
    text = client.get("/min-side/").content.decode()
    assert "Elev Other_School" in text
    assert "8A · Skole B" in text
    assert client.get(f"/elever/{world.pupils['other_school'].uuid}/").status_code == 403
