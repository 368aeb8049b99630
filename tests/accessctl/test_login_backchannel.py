"""Logout from the provider's server: only a good logout token ends a session, and it does so at once."""

import json
import time
from uuid import uuid4

import jwt
import pytest
from django.core.cache import cache
from django.test import Client

from accessctl.models import LoginSession
from accessctl.views import backchannel
from tests.accessctl.browser import Browser
from tests.accessctl.hostile_provider import KEY, OTHER_KEY
from tests.login import log_in
from tests.standins import oidc_standin

pytestmark = pytest.mark.django_db
EVENT = "http://schemas.openid.net/event/backchannel-logout"
PATH = "/logg-ut/fra-tjener/idporten/"


@pytest.fixture
def signed_in(hostile, world) -> Client:
    client = Client()
    log_in(client, world.user("guardian"), sid="sid-1")
    return client


def is_in(client: Client) -> bool:
    return client.get("/mine-innlogginger/").status_code == 200


def token(hostile, *, key=KEY, kid="key-1", typ="logout+jwt", algorithm="RS256", **claims) -> str:
    now = int(time.time())
    good = {
        "iss": hostile.issuer,
        "aud": hostile.client_id,
        "iat": now,
        "exp": now + 120,
        "jti": str(uuid4()),
        "events": {EVENT: {}},
        "sid": "sid-1",
    }
    told = {name: value for name, value in (good | claims).items() if value is not None}
    return jwt.encode(told, key, algorithm=algorithm, headers={"kid": kid, "typ": typ})


def send(logout_token: str):
    return Client(enforce_csrf_checks=True).post(PATH, {"logout_token": logout_token})


def test_a_good_token_ends_the_session_fast(hostile, signed_in):
    began, asked = time.thread_time(), len(hostile.requests)
    response = send(token(hostile))
    assert time.thread_time() - began < 1 and len(hostile.requests) - asked <= 2, "it waits for nobody else"
    assert response.status_code == 200 and response["Cache-Control"] == "no-store"
    assert not is_in(signed_in)
    assert not LoginSession.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "n"},
        {"typ": "JWT"},
        {"events": None},
        {"events": {}},
        {"events": {EVENT: True}},
        {"exp": 1},
        {"exp": None},
        {"iat": 1},
        {"jti": None},
        {"aud": "somebody-else"},
        {"iss": "https://ond.example"},
        {"sid": None},
        {"key": OTHER_KEY},
        {"kid": "unknown"},
        {"key": "x" * 64, "algorithm": "HS256"},
    ],
    ids=lambda wrong: "-".join(f"{name}={value}"[:24] for name, value in wrong.items() if name != "key") or "key",
)
def test_any_other_token_ends_nothing(hostile, signed_in, caplog, wrong):
    sent = token(hostile, **wrong)
    response = send(sent)
    assert response.status_code == 400
    assert is_in(signed_in)
    lines = [record.getMessage() for record in caplog.records if record.name == "schoolapp.security"]
    assert len([line for line in lines if "logout token" in line]) == 1
    assert sent not in caplog.text


@pytest.mark.parametrize("sent", ["", "garbage", "a.b.c", "x" * 20_000])
def test_garbage_ends_nothing(hostile, signed_in, sent):
    assert send(sent).status_code == 400
    assert is_in(signed_in)


def test_an_id_token_is_no_logout_token(hostile, signed_in):
    claims = hostile.good_claims() | {"nonce": "n"}
    assert send(hostile.signed(claims)).status_code == 400
    assert is_in(signed_in)


def test_the_same_token_does_not_end_a_later_session(hostile, signed_in, world):
    """Within one single sign-on the provider gives the next login the same `sid`."""
    cache.clear()
    sent = token(hostile)
    assert send(sent).status_code == 200
    log_in(signed_in, world.user("guardian"), sid="sid-1")
    assert send(sent).status_code == 400
    assert is_in(signed_in)


def test_a_session_nobody_has_gets_the_same_answer(hostile, signed_in):
    assert send(token(hostile, sid="unknown")).status_code == 200
    assert is_in(signed_in)


def test_only_post_is_answered(hostile):
    assert Client().get(PATH).status_code == 405
    assert getattr(backchannel, "csrf_exempt", False)


@pytest.mark.slow
def test_logging_out_at_the_provider_ends_the_session_here(
    live_server, transactional_db, world, settings, tmp_path, monkeypatch
):
    """The certified stand-in tells our running server, with nobody's browser in between."""
    monkeypatch.setenv("OIDC_BACKCHANNEL", "1")
    settings.BASE_URL = live_server.url.replace("127.0.0.1", "localhost")
    host = settings.BASE_URL.removeprefix("http://")
    with oidc_standin(tmp_path, base_url=settings.BASE_URL) as standin:
        settings.LOGIN_PROVIDERS = standin.login_providers()
        person = world.people["guardian"]
        known = {
            "login_id": "guardian",
            "name": "",
            "role": "",
            "school": "",
            "provider": "both",
            "feide_id": "",
            "note": "",
        }
        standin.personas_file.write_text(json.dumps([known | {"national_id": person.national_ids.get().number}]))
        with Browser(Client(headers={"host": host}), standin.origin, base_url=settings.BASE_URL) as browser:
            browser.log_in("guardian")
            assert is_in(browser.client)
            left = browser.provider.get("/idporten/session/end", follow_redirects=True)
            assert left.status_code == 200, left.text
            assert not is_in(browser.client)
