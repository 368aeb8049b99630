"""A provider or an attacker that lies: nothing that breaks a rule gives a session, and all of it gets a page."""

import base64
import json
import logging
import threading
import time
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from accessctl.login import exchange, metadata
from accessctl.models import LoginIdentity
from tests.accessctl.hostile_provider import KEY, OTHER_KEY, public_jwk

NIN = "https://n.feide.no/claims/nin"


class Attempt:
    """One login at the hostile provider by the guardian of the cast."""

    def __init__(self, hostile, world, client: Client | None = None) -> None:
        self.hostile, self.client = hostile, client or Client()
        self.number = world.people["guardian"].national_ids.get().number
        hostile.claims.setdefault("pid", self.number)
        hostile.userinfo.setdefault(NIN, self.number)

    def start(self, provider="idporten"):
        response = self.client.get(f"/logg-inn/{provider}/")
        assert response.status_code == 302, response.content.decode()
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(response.url).query).items()}
        self.hostile.nonce = self.asked["nonce"]
        return self

    def answer(self, provider="idporten", client: Client | None = None, **changes):
        query = {"code": "code", "state": self.asked["state"], "iss": self.hostile.issuer} | changes
        query = {name: value for name, value in query.items() if value is not None}
        return (client or self.client).get(f"/logg-inn/{provider}/svar/", query)

    @property
    def logged_in(self) -> bool:
        return "login" in self.client.session


@pytest.fixture
def attempt(hostile, world):
    return Attempt(hostile, world)


@pytest.fixture
def refused(caplog):
    """Asserts a friendly refusal: a page of ours, no session, one line in the security log, and no token in any log."""
    caplog.set_level(logging.DEBUG)

    def check(attempt, response, status=400):
        page = response.content.decode()
        assert response.status_code == status
        assert "<h1>" in page and "ds-button" in page
        assert not attempt.logged_in
        lines = [r.getMessage() for r in caplog.records if r.name == "schoolapp.security"]
        assert len([line for line in lines if "refused" in line]) == 1
        everything = " ".join(r.getMessage() for r in caplog.records if r.name.startswith("schoolapp"))
        assert "eyJ" not in everything and attempt.number not in everything
        assert attempt.number not in page

    return check


def test_a_true_answer_gives_a_session(attempt):
    assert attempt.start().answer().status_code == 302
    assert attempt.logged_in


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("iss", "https://idporten.no"),
        ("iss", None),
        ("aud", "another-client"),
        ("aud", None),
        ("aud", ["schoolapp-test", "another-client"]),
        ("nonce", "another"),
        ("nonce", None),
        ("exp", lambda: int(time.time()) - 3600),
        ("exp", None),
        ("nbf", lambda: int(time.time()) + 3600),
        ("iat", lambda: int(time.time()) + 3600),
        ("sub", None),
        ("sub", ""),
        ("sub", "x" * 201),
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(attempt, refused, claim, value):
    attempt.hostile.claims[claim] = value() if callable(value) else value
    refused(attempt, attempt.start().answer())


def public_pem() -> bytes:
    return KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def signed_with_public_key(claims):
    """HS256 with the public key as secret, put together by hand since no library will."""
    parts = [{"alg": "HS256", "typ": "JWT", "kid": "key-1"}, claims]
    head = b".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=") for p in parts)
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = algorithm.sign(head, public_pem())
    return b".".join([head, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


TAMPERED = {
    "no algorithm": lambda p, c: jwt.encode(c, None, algorithm="none", headers={"kid": "key-1"}),
    "secret is the public key": lambda p, c: signed_with_public_key(c),
    "another algorithm": lambda p, c: p.signed(c, alg="RS512"),
    "another key": lambda p, c: p.signed(c, key=OTHER_KEY),
    "unknown key name": lambda p, c: p.signed(c, key=OTHER_KEY, kid="other"),
    "no key name": lambda p, c: jwt.encode(c, KEY, algorithm="RS256"),
    "own key in the header": lambda p, c: p.signed(c, key=OTHER_KEY, jwk=public_jwk(OTHER_KEY, "key-1")),
    "own key address in the header": lambda p, c: p.signed(c, key=OTHER_KEY, jku="https://ond.example/jwks"),
    "unknown critical header": lambda p, c: p.signed(c, crit=["x"], x=1),
    "cut short": lambda p, c: p.signed(c)[:-6],
    "not a token": lambda p, c: "tull",
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_tampered_token_is_refused(attempt, refused, how):
    attempt.hostile.sign = lambda claims: TAMPERED[how](attempt.hostile, claims)
    refused(attempt, attempt.start().answer())


@pytest.mark.parametrize(
    "acr", [None, "", "idporten-loa-low", "Level3", "ukjent", "urn:mace:feide.no:auth:level:fad08:3"]
)
def test_a_missing_or_lower_level_is_refused(attempt, refused, acr):
    attempt.hostile.claims["acr"] = acr
    refused(attempt, attempt.start().answer(), status=403)


def test_feide_userinfo_about_somebody_else_is_refused(attempt, refused):
    attempt.hostile.userinfo["sub"] = "subject-2"
    refused(attempt, attempt.start("feide").answer("feide"))


def test_the_national_id_of_feide_is_not_taken_from_elsewhere(attempt, refused):
    """An e-mail address or another claim never finds a user."""
    attempt.hostile.userinfo |= {NIN: None, "email": "person1@example.test", "pid": attempt.number}
    refused(attempt, attempt.start("feide").answer("feide"), status=403)


@pytest.mark.parametrize("state", [None, "", "ukjent"])
def test_an_answer_without_our_state_is_refused(attempt, refused, state):
    refused(attempt, attempt.start().answer(state=state))


def test_the_state_of_another_browser_is_refused(attempt, refused, hostile, world):
    """Login CSRF: the victim's browser is forced through the callback with the attacker's code and state."""
    victim = Client()
    response = attempt.start().answer(client=victim)
    assert "login" not in victim.session
    refused(attempt, response)


def test_a_state_answers_once(attempt, refused, hostile):
    attempt.start().answer()
    attempt.client.logout()
    refused(attempt, attempt.answer())


def test_a_state_is_used_up_by_a_failed_answer(attempt, hostile):
    hostile.claims["nonce"] = "another"
    attempt.start().answer()
    del hostile.claims["nonce"]
    assert attempt.answer().status_code == 400
    assert not attempt.logged_in


def test_the_state_of_one_provider_does_not_open_the_other(attempt, refused):
    refused(attempt, attempt.start("feide").answer("idporten"))


@pytest.mark.parametrize("iss", [None, "", "https://feide.example"])
def test_a_response_from_another_issuer_is_refused(attempt, refused, hostile, iss):
    refused(attempt, attempt.start().answer(iss=iss))
    assert hostile.count("/token") == 0


def test_the_verifier_goes_to_the_token_endpoint_and_fits_the_challenge(attempt, hostile):
    attempt.start().answer()
    form = next(form for path, form, _headers in hostile.requests if path == "/token")
    digest = sha256(form["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == attempt.asked["code_challenge"]
    assert form["redirect_uri"] == attempt.asked["redirect_uri"]


def token_request(hostile):
    return next((form, headers) for path, form, headers in hostile.requests if path == "/token")


def test_the_secret_is_sent_as_basic_authentication(attempt, hostile):
    attempt.start().answer()
    form, headers = token_request(hostile)
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"schoolapp-test:hemmelig").decode()
    assert "client_secret" not in form


def test_the_secret_can_be_sent_in_the_form(attempt, hostile, settings):
    settings.LOGIN_PROVIDERS["idporten"]["client_auth"] = "client_secret_post"
    attempt.start().answer()
    form, headers = token_request(hostile)
    assert form["client_secret"] == "hemmelig" and "Authorization" not in headers


def test_an_own_key_replaces_the_secret(attempt, hostile, settings):
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(OTHER_KEY, as_dict=True) | {"kid": "egen-1"}
    settings.LOGIN_PROVIDERS["idporten"]["private_jwk"] = json.dumps(jwk)
    attempt.start().answer()
    form, headers = token_request(hostile)
    assert "client_secret" not in form and "Authorization" not in headers
    assert form["client_id"] == hostile.client_id
    assert jwt.get_unverified_header(form["client_assertion"])["kid"] == "egen-1"
    claims = jwt.decode(form["client_assertion"], OTHER_KEY.public_key(), algorithms=["RS256"], audience=hostile.issuer)
    assert claims["iss"] == claims["sub"] == hostile.client_id
    assert claims["exp"] - claims["iat"] <= 60 and claims["jti"]


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        ("access_denied", 200, "Du avbrøt innloggingen"),
        ("login_required", 200, "Du må logge inn på nytt"),
        ("server_error", 503, "svarer ikke som det skal"),
        ("temporarily_unavailable", 503, "svarer ikke som det skal"),
        ("invalid_request", 502, "et svar vi ikke kjenner"),
        ("<script>alert(1)</script>", 502, "et svar vi ikke kjenner"),
    ],
)
def test_errors_from_the_provider_get_a_page_and_never_loop(attempt, error, status, words):
    response = attempt.start().answer(code=None, error=error, error_description="hemmelig beskjed")
    page = response.content.decode()
    assert response.status_code == status
    assert words in page
    assert "hemmelig beskjed" not in page and "<script>alert" not in page
    assert not attempt.logged_in


def test_an_error_without_our_state_leaves_a_session_alone(attempt):
    attempt.start().answer()
    response = attempt.client.get("/logg-inn/idporten/svar/", {"error": "access_denied", "state": "ukjent"})
    assert response.status_code == 400
    assert attempt.logged_in


def test_the_code_exchanged_twice_is_refused(attempt, refused, hostile):
    hostile.answers["/token"] = (400, "application/json", b'{"error":"invalid_grant"}')
    refused(attempt, attempt.start().answer())


@pytest.mark.parametrize("path", ["/token", "/jwks"])
@pytest.mark.parametrize(
    "answer",
    [(500, "text/plain", b"au"), (200, "text/html", b"<html>Vedlikehold</html>"), (200, "application/json", b"[]")],
)
def test_a_provider_in_trouble_gives_a_clear_page(attempt, refused, hostile, path, answer):
    hostile.answers[path] = answer
    refused(attempt, attempt.start().answer(), status=503)


def test_a_provider_that_is_down_gives_a_clear_page(settings, world, client):
    settings.BASE_URL = "http://testserver"
    settings.LOGIN_PROVIDERS = {"idporten": {"issuer": "http://127.0.0.1:9", "client_id": "x"}}
    response = client.get("/logg-inn/idporten/")
    assert response.status_code == 503
    assert "Vi får ikke kontakt med ID-porten" in response.content.decode()


def test_a_slow_provider_is_given_up_and_then_left_alone(attempt, hostile, monkeypatch):
    monkeypatch.setattr(exchange, "READ_SECONDS", 0.2)
    attempt.start()
    given_up, page = threading.Event(), hostile.page
    monkeypatch.setattr(hostile, "page", lambda path: given_up.wait(60) and page(path))
    assert attempt.answer().status_code == 503, "who waits to the end gets a good answer, and is let in"
    given_up.set()
    asked = len(hostile.requests)
    metadata.forget()
    assert attempt.client.get("/logg-inn/idporten/").status_code == 503
    assert len(hostile.requests) == asked


def test_no_call_may_last_longer_than_five_seconds():
    assert exchange.CONNECT_SECONDS + exchange.READ_SECONDS <= 6 and exchange.TOTAL_SECONDS <= 5


def test_an_answer_without_end_is_given_up(attempt, hostile, monkeypatch):
    hostile.answers["/token"] = (200, "application/json", b" " * 600_000 + b"{}")
    assert attempt.start().answer().status_code == 503


def test_a_discovery_document_of_another_issuer_is_not_used(hostile, client, db):
    document = hostile.discovery() | {"issuer": "https://idporten.no"}
    hostile.answers["/.well-known/openid-configuration"] = (200, "application/json", json.dumps(document).encode())
    assert client.get("/logg-inn/idporten/").status_code == 503


def test_discovery_is_read_once_a_day_and_an_old_one_serves_when_the_provider_fails(attempt, hostile, monkeypatch):
    attempt.start().start()
    path = "/.well-known/openid-configuration"
    assert hostile.count(path) == 1
    monkeypatch.setattr(metadata, "DISCOVERY_SECONDS", 0)
    hostile.answers[path] = (500, "text/plain", b"")
    attempt.start()
    assert hostile.count(path) == 2


def test_new_keys_are_found_and_unknown_names_do_not_make_us_ask_again_and_again(attempt, hostile, monkeypatch):
    attempt.start().answer()
    assert hostile.count("/jwks") == 1
    hostile.jwks, hostile.kid = [public_jwk(KEY, "key-2")], "key-2"
    attempt.start().answer()
    attempt.start().answer()
    assert hostile.count("/jwks") == 1
    monkeypatch.setattr(metadata, "KEYS_FLOOR_SECONDS", 0)
    attempt.client.logout()
    attempt.start().answer()
    assert attempt.logged_in and hostile.count("/jwks") == 2


@pytest.mark.parametrize("drift", [-90, 90])
def test_a_clock_that_is_wrong_by_ninety_seconds_is_tolerated(attempt, hostile, drift):
    now = int(time.time()) + drift
    hostile.claims |= {"iat": now, "exp": now + 120}
    attempt.start().answer()
    assert attempt.logged_in


def test_the_same_subject_at_two_providers_is_two_identities(attempt, hostile, world):
    """The hostile provider answers for both; only the issuer of the row tells them apart."""
    other = world.people["guardian_b"].national_ids.get().number
    LoginIdentity.objects.create(user=world.users["guardian_b"], issuer="https://feide.example", subject="subject-1")
    attempt.start().answer()
    assert attempt.client.session["_auth_user_id"] == str(world.users["guardian"].pk)
    assert other != attempt.number


def test_an_identity_whose_national_id_leads_elsewhere_is_refused(attempt, refused, hostile, world):
    LoginIdentity.objects.create(user=world.users["guardian_b"], issuer=hostile.issuer, subject="subject-1")
    refused(attempt, attempt.start().answer(), status=403)
    assert LoginIdentity.objects.get().user == world.users["guardian_b"]


@pytest.mark.parametrize("amr", ["BankID", ["BankID"], None])
def test_amr_may_be_a_text_or_a_list(attempt, hostile, amr):
    hostile.claims["amr"] = amr
    attempt.start().answer()
    assert attempt.client.session["login"]["amr"] == (["BankID"] if amr else [])


def test_logout_ends_here_and_tells_the_truth_when_the_provider_is_down(attempt, hostile):
    attempt.start().answer()
    metadata.forget()
    hostile.answers["/.well-known/openid-configuration"] = (500, "text/plain", b"")
    page = attempt.client.post("/logg-ut/").content.decode()
    assert "Du kan fortsatt være innlogget der" in page
    assert not attempt.logged_in


def test_no_token_is_kept_readable_in_the_session(attempt):
    attempt.start().answer()
    assert "eyJ" not in json.dumps(dict(attempt.client.session.items()))
