"""How long a login lasts, what ends it, and that no password opens anything."""

from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, authenticate
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.urls import get_resolver

from accessctl.checks import all_views
from accessctl.login.session import end_all
from accessctl.login.store import SessionStore
from accessctl.models import LoginSession, User
from schoolapp.lib import clock
from schoolapp.lib.origins import page_origins
from tests.login import log_in

pytestmark = pytest.mark.django_db
PROTECTED = "/logg-inn/fortsett/"  # needs a login, and sends somebody who has one to the front page


def is_in(client: Client) -> bool:
    return not client.get(PROTECTED).url.startswith("/logg-inn/")


@pytest.fixture
def client(world) -> Client:
    client = Client()
    log_in(client, world.user("principal"))
    return client


def test_a_login_is_kept_with_the_session_and_in_the_index(client, world):
    login = client.session["login"]
    assert (login["provider"], login["acr"], login["iss"]) == ("idporten", "idporten-loa-high", "https://idporten.no")
    row = LoginSession.objects.get(session_key=client.session.session_key)
    assert (row.user, row.issuer, row.acr) == (world.users["principal"], login["iss"], login["acr"])
    assert is_in(client)


def test_half_an_hour_without_use_ends_the_session(client):
    with time_machine.travel(clock.now() + timedelta(minutes=29, seconds=59), tick=False):
        assert is_in(client)
    with time_machine.travel(clock.now() + timedelta(minutes=60, seconds=1), tick=False):
        assert not is_in(client)


@pytest.mark.parametrize(("provider", "acr", "minutes"), [("idporten", "idporten-loa-high", 120), ("feide", "", 540)])
def test_use_does_not_stretch_a_session_past_its_absolute_age(world, provider, acr, minutes):
    client = Client()
    log_in(client, world.user("principal"), provider=provider, acr=acr)
    start = clock.now()
    for passed in range(20, minutes, 20):
        with time_machine.travel(start + timedelta(minutes=passed), tick=False):
            assert is_in(client)
    with time_machine.travel(start + timedelta(minutes=minutes, seconds=1), tick=False):
        assert not is_in(client)
    assert not LoginSession.objects.exists()


def test_a_closed_user_is_out_at_the_next_request(client, world):
    User.objects.filter(pk=world.users["principal"].pk).update(is_active=False)
    assert not is_in(client)


def test_a_session_that_did_not_come_from_a_provider_is_refused(world):
    client = Client()
    client.force_login(world.user("principal"))
    assert not is_in(client)


def test_a_user_can_be_thrown_out_on_all_devices_at_once(client, world):
    others = [Client() for _ in range(5)]
    for other in others:
        log_in(other, world.user("principal"))
    bystander = Client()
    log_in(bystander, world.user("team"))
    assert len(end_all(world.users["principal"])) == 6
    assert [is_in(c) for c in [client, *others]] == [False] * 6
    assert is_in(bystander)


def test_a_cookie_from_before_logout_opens_nothing(client):
    thief = Client()
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    assert is_in(thief)
    client.post("/logg-ut/")
    assert not is_in(thief)


def test_a_new_login_in_the_same_browser_kills_the_session_before(client, world):
    thief = Client()
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    log_in(client, world.user("team"))
    assert is_in(client)
    assert not is_in(thief)
    assert LoginSession.objects.count() == 1


def test_the_index_forgets_logins_that_are_long_over(client, world):
    LoginSession.objects.update(created_at=clock.now() - timedelta(hours=25))
    log_in(Client(), world.user("principal"))
    assert LoginSession.objects.count() == 1


@pytest.mark.parametrize(
    ("issuer", "origins"),
    [
        ("https://idporten.no", ["https://idporten.no", "https://login.idporten.no"]),
        ("https://test.idporten.no", ["https://test.idporten.no", "https://login.test.idporten.no"]),
        ("http://localhost:9400/feide", ["http://localhost:9400"]),
    ],
)
def test_policy_names_the_pages_of_a_provider(issuer, origins):
    assert page_origins(issuer) == origins


def test_there_is_no_password_to_log_in_with(world):
    assert not hasattr(User(), "check_password") or User.password is None
    assert "password" not in {field.name for field in User._meta.fields}
    username = world.users["principal"].username
    assert authenticate(username=username, password="") is None
    assert authenticate(username=username, password="hemmelig") is None


def test_no_address_leads_to_a_password_form():
    modules = [f"{entry.callback.__module__}.{entry.name}" for _route, entry in all_views(get_resolver().url_patterns)]
    assert len(modules) > 10
    assert not [
        name
        for name in modules
        if "contrib.auth" in name or name.endswith((".login", "password_change")) and not name.startswith("accessctl.")
    ]


@pytest.mark.parametrize("path", ["/administrasjon/", "/administrasjon/login/"])
def test_the_admin_console_sends_people_to_our_own_login(world, path):
    response = Client().get(path)
    assert response.status_code == 404 or response.url.startswith("/logg-inn/?neste=")
    assert b"password" not in response.content


def test_htmx_is_told_to_go_to_the_page_it_stood_on(world):
    response = Client().get(
        PROTECTED, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/elever/?s=1"}
    )
    assert response.status_code == 401
    assert response["HX-Redirect"] == "/logg-inn/?neste=%2Felever%2F%3Fs%3D1"


@pytest.mark.parametrize("path", ["/i-dag/", "/elever/"])
def test_staff_with_one_factor_are_asked_to_confirm_and_see_nothing(world, path):
    client = Client()
    log_in(client, world.user("contact_teacher"), provider="feide", acr="")
    response = client.get(path)
    assert response.status_code == 403
    text = response.content.decode()
    assert "Bekreft med ID-porten" in text
    assert f"bekreft=1&amp;neste={quote(path, safe='')}" in text
    assert world.pupils["own"].person.family_name not in text


def test_two_factors_at_feide_are_enough(world):
    client = Client()
    log_in(client, world.user("contact_teacher"), provider="feide", acr="urn:mace:feide.no:auth:level:fad08:3")
    assert client.get("/elever/").status_code == 200


def test_a_pupil_with_one_factor_sees_own_page(world):
    client = Client()
    log_in(client, world.user("other_school"), provider="feide", acr="")
    assert client.get("/min-side/").status_code == 200


def test_a_provider_without_a_client_is_not_offered(settings):
    client = Client()
    settings.LOGIN_PROVIDERS = settings.LOGIN_PROVIDERS | {
        "feide": settings.LOGIN_PROVIDERS["feide"] | {"client_id": ""}
    }
    assert "Feide" not in client.get("/logg-inn/").content.decode()
    assert client.get("/logg-inn/feide/").status_code == 404


def test_a_session_is_read_with_its_user_and_renewed_by_one_statement(client, django_assert_num_queries):
    is_in(client)
    with django_assert_num_queries(1):
        store = SessionStore(client.session.session_key)
        assert store["login"]["provider"] == "idporten"
        assert store.user.username
    with django_assert_num_queries(0):
        store.save()
    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=False), django_assert_num_queries(1):
        store.save()
    assert SessionStore(store.session_key)["login"]
    store["seen"] = "today"
    with django_assert_num_queries(1):
        store.save()


def test_a_session_ended_while_a_page_was_made_is_not_raised_from_the_dead(client):
    store = SessionStore(client.session.session_key)
    assert store["login"]
    store.delete()
    store["seen"] = "today"
    with pytest.raises(UpdateError):
        store.save()
    assert not store.exists(store.session_key)


@pytest.mark.parametrize(
    "changed", [{SESSION_KEY: "0"}, {HASH_SESSION_KEY: "x"}, {BACKEND_SESSION_KEY: "django.contrib.auth.backends.X"}]
)
def test_the_user_read_with_a_session_counts_only_where_the_session_names_them(client, changed):
    assert is_in(client)
    session = client.session
    session.update(changed)
    session.save()
    assert not is_in(client)
