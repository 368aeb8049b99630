"""Emergency access: one pupil, with a reason, until the day ends, and somebody is told."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accessctl.models import AccessEvent, Alert
from schoolapp.lib import clock
from students.emergency.actions import GIVES
from students.models import StudentGrant
from tests.login import log_in

REASON = "Eleven kom ikke hjem, og moren svarer ikke."


@pytest.fixture
def teacher(client, world):
    log_in(client, world.user("contact_teacher"))
    return client


def ask(client, world, key: str, **changes):
    person = world.people[key]
    form = {"navn": person.full_name, "fodselsdato": person.birth_date.isoformat(), "begrunnelse": REASON}
    return client.post(reverse("students:emergency"), form | changes)


def page(world, key: str) -> str:
    return reverse("students:pupil", args=[world.pupils[key].uuid])


def test_it_opens_the_pupil_for_the_rest_of_the_day(teacher, world, time_machine):
    assert teacher.get(page(world, "other_class")).status_code == 404
    response = ask(teacher, world, "other_class")
    assert response["Location"] == page(world, "other_class")
    shown = teacher.get(page(world, "other_class"))
    assert shown.status_code == 200
    grants = StudentGrant.objects.filter(user=world.users["contact_teacher"])
    assert {grant.permission.codename for grant in grants} == {right.value for right in GIVES}
    assert {grant.valid_to for grant in grants} == {clock.today()}
    time_machine.move_to(clock.now() + timedelta(days=1))
    log_in(teacher, world.user("contact_teacher"))
    assert teacher.get(page(world, "other_class")).status_code == 404


def test_it_is_logged_and_told(teacher, world):
    ask(teacher, world, "other_class")
    teacher.get(page(world, "other_class"))
    line = AccessEvent.objects.get(action="emergency")
    assert (line.about, line.reason) == (world.pupils["other_class"].uuid, REASON)
    read = AccessEvent.objects.filter(action="open", about=line.about).latest("pk")
    assert (read.ground, read.basis) == ("Nødtilgang", "emergency")
    alert = Alert.objects.get(kind="break_glass")
    assert (alert.user, alert.about, alert.reason) == (world.users["contact_teacher"], line.about, REASON)


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("protected", {}),
        ("other_school", {}),
        ("other_class", {"navn": "Ingen Heter Dette"}),
        ("other_class", {"navn": "Elev"}),
        ("other_class", {"fodselsdato": "2001-01-01"}),
    ],
)
def test_whoever_may_not_be_opened_does_not_exist(teacher, world, key, changes):
    answers = [ask(teacher, world, key, **changes), ask(teacher, world, "other_class", navn="Helt Ukjent")]
    shown = [answer.context["problem"] for answer in answers]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert shown[0] == shown[1] != ""
    assert not StudentGrant.objects.exists()
    assert not Alert.objects.exists()
    assert AccessEvent.objects.filter(action="emergency_refused").count() == 2


@pytest.mark.parametrize("changes", [{"begrunnelse": ""}, {"begrunnelse": "Haster"}, {"navn": ""}])
def test_it_needs_a_reason_and_a_name(teacher, world, changes):
    assert ask(teacher, world, "other_class", **changes).status_code == 400
    assert not AccessEvent.objects.filter(action__startswith="emergency").exists()


def test_the_number_of_attempts_in_a_day_is_limited(teacher, world, settings):
    settings.EMERGENCY_ACCESS_PER_DAY = 2
    ask(teacher, world, "other_class", navn="Helt Ukjent")
    ask(teacher, world, "other_class", navn="Helt Ukjent")
    assert "flere ganger i dag" in ask(teacher, world, "other_class").context["problem"]
    assert not StudentGrant.objects.exists()


def test_guesses_are_told_once_when_the_limit_is_hit(teacher, world, settings):
    settings.EMERGENCY_ACCESS_PER_DAY = 3
    for left in (2, 1, 0, 0):
        ask(teacher, world, "other_class", navn="Helt Ukjent")
        assert Alert.objects.filter(kind="refused").count() == (left == 0)
    alert = Alert.objects.get()
    assert (alert.user, alert.count, alert.about, alert.reason) == (world.users["contact_teacher"], 3, None, REASON)
    world.add_employee("ombud", role="personvernombud")
    log_in(teacher, world.user("ombud"))
    shown = teacher.get("/varsler/").content.decode()
    assert "Mislykkede forsøk på nødtilgang" in shown and "3 forsøk" in shown and "3 elever" not in shown


def test_the_limit_hit_without_a_guess_is_no_alert_of_its_own(teacher, world, settings):
    settings.EMERGENCY_ACCESS_PER_DAY = 1
    ask(teacher, world, "other_class")
    assert [alert.kind for alert in Alert.objects.all()] == ["break_glass"]


@pytest.mark.parametrize("viewer", ["nurse", "adviser", "municipal_admin", "guardian", "no_role"])
def test_only_those_with_the_right_may(client, world, viewer):
    log_in(client, world.user(viewer))
    assert ask(client, world, "other_class").status_code == 403
