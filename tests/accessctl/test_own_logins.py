"""People see where they are logged in and can end it; an administrator can shut somebody out everywhere."""

import pytest
from django.test import Client
from django.urls import reverse

from accessctl.login.devices import named
from accessctl.models import AccessEvent, LoginSession, User
from people.models import Protection
from tests.login import log_in

pytestmark = pytest.mark.django_db
PAGE = "/mine-innlogginger/"


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def several(world, who: str, count: int) -> list[Client]:
    clients = [Client() for _ in range(count)]
    for client in clients:
        log_in(client, world.user(who))
    return clients


def test_twenty_devices_are_listed_and_one_is_ended(world):
    first, *others = several(world, "guardian", 20)
    text = first.get(PAGE).content.decode()
    assert text.count("/avslutt/") == 19
    assert "ID-porten (høyt nivå)" in text and "Denne" in text
    row = LoginSession.objects.get(session_key=others[4].session.session_key)
    first.post(f"{PAGE}{row.uuid}/avslutt/")
    assert [is_in(client) for client in others].count(False) == 1
    assert not is_in(others[4])


def test_all_others_are_ended_at_once(world):
    first, *others = several(world, "guardian", 5)
    first.post(f"{PAGE}avslutt-andre/")
    assert is_in(first)
    assert not any(is_in(client) for client in others)
    assert AccessEvent.objects.filter(action="end_logins", user=world.users["guardian"]).exists()


def test_nobody_ends_another_persons_login(world):
    (mine,), (theirs,) = several(world, "guardian", 1), several(world, "guardian_b", 1)
    row = LoginSession.objects.get(session_key=theirs.session.session_key)
    assert mine.post(f"{PAGE}{row.uuid}/avslutt/").status_code == 404
    assert is_in(theirs)


def test_a_login_that_has_run_out_is_not_listed(world):
    first, second = several(world, "guardian", 2)
    second.session.flush()
    assert "/avslutt/" not in first.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("noe helt annet", ""),
    ],
)
def test_devices_have_names_people_know(user_agent, words):
    assert named(user_agent) == words


def act(user: User, name: str) -> str:
    return reverse("admin:accessctl_user_act", args=[user.pk, name])


@pytest.fixture
def admin(world) -> Client:
    return several(world, "municipal_admin", 1)[0]


def test_an_administrator_ends_all_logins_of_a_user(world, admin):
    clients = several(world, "principal", 3)
    admin.post(act(world.users["principal"], "avslutt"))
    assert not any(is_in(client) for client in clients)
    again = several(world, "principal", 1)[0]
    assert is_in(again), "ended, not closed"


def test_a_closed_user_is_out_at_the_next_request_and_can_be_opened_again(world, admin):
    (client,) = several(world, "principal", 1)
    admin.post(act(world.users["principal"], "steng"))
    assert not is_in(client)
    assert AccessEvent.objects.filter(action="close_user", user=world.users["municipal_admin"]).exists()
    assert not LoginSession.objects.filter(user=world.users["principal"]).exists()
    admin.post(act(world.users["principal"], "apne"))
    assert world.user("principal").is_active


def test_nobody_closes_themselves(world, admin):
    response = admin.post(act(world.users["municipal_admin"], "steng"), follow=True)
    assert "Du kan ikke stenge din egen bruker" in response.content.decode()
    assert is_in(admin)


def test_only_administrators_reach_it_and_never_by_a_link(world, admin):
    (local,) = several(world, "school_admin", 1)
    assert local.post(act(world.users["principal"], "steng")).status_code == 403
    assert admin.get(act(world.users["principal"], "steng")).status_code == 404
    assert admin.post(act(world.users["principal"], "slett")).status_code == 404
    assert world.user("principal").is_active


def test_users_with_address_protection_are_left_out(world, admin):
    world.people["principal"].protection = Protection.CONFIDENTIAL
    world.people["principal"].save()
    assert "Principal" not in admin.get("/administrasjon/accessctl/user/?q=principal").content.decode()
    assert admin.post(act(world.users["principal"], "steng")).status_code == 404


def test_a_role_that_ends_takes_its_pages_at_the_next_request(world):
    (client,) = several(world, "school_admin", 1)
    assert client.get("/elever/").status_code == 200
    world.users["school_admin"].assignments.update(valid_from="2020-01-01", valid_to="2020-01-02")
    assert client.get("/elever/").status_code == 403
