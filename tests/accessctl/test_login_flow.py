"""Login and logout with the certified stand-in: what people do, and what the providers promise."""

import json
import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client, RequestFactory

from accessctl.login.level import is_two_factor, method_name
from accessctl.models import LoginIdentity, LoginSession
from schoolapp.lib import clock

FAD08_3 = "urn:mace:feide.no:auth:level:fad08:3"


def asked(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def described(browser):
    request = RequestFactory().get("/")
    request.session = browser.client.session
    return is_two_factor(request), method_name(request)


def test_the_login_page_has_two_doors_that_keep_the_deep_link(browser):
    page = browser.get("/logg-inn/?neste=/elever/%3Fside%3D2").content.decode()
    assert 'href="/logg-inn/idporten/?neste=%2Felever%2F%3Fside%3D2"' in page
    assert 'href="/logg-inn/feide/?neste=%2Felever%2F%3Fside%3D2"' in page


def test_the_request_to_idporten_has_all_it_demands(browser):
    params = asked(browser.start())
    assert params["response_type"] == "code"
    assert params["scope"] == "openid profile"
    assert params["acr_values"] == "idporten-loa-high"
    assert params["code_challenge_method"] == "S256"
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", params["code_challenge"])
    assert params["redirect_uri"] == "http://testserver/logg-inn/idporten/svar/"
    assert params["ui_locales"] == "nb"
    assert re.fullmatch(r"[A-Za-z0-9]{43}", params["state"]) and re.fullmatch(r"[A-Za-z0-9]{43}", params["nonce"])


def test_state_nonce_and_challenge_are_new_every_time(browser):
    first, second = asked(browser.start()), asked(browser.start())
    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))


def test_the_request_to_feide_asks_for_two_factors_and_few_attributes(browser):
    params = asked(browser.start("feide"))
    assert params["acr_values"] == FAD08_3
    assert params["scope"].split() == ["openid", "userid", "userid-nin", "userinfo-name"]


def test_a_guardian_logs_in_with_idporten(browser, world):
    response = browser.log_in("guardian")
    assert response.status_code == 302
    assert response.url == "/"
    assert browser.client.session["_auth_user_id"] == str(world.users["guardian"].pk)
    assert browser.login["provider"] == "idporten"
    assert browser.login["acr"] == "idporten-loa-high"
    assert browser.login["amr"] == ["BankID"]
    assert described(browser) == (True, "ID-porten (høyt nivå)")


def test_substantial_level_is_accepted_and_remembered(browser):
    browser.log_in("guardian", level="substantial")
    assert browser.login["acr"] == "idporten-loa-substantial"
    assert described(browser) == (True, "ID-porten (betydelig nivå)")


def test_a_higher_minimum_refuses_substantial(browser, settings):
    settings.LOGIN_PROVIDERS["idporten"]["minimum_acr"] = "idporten-loa-high"
    response = browser.log_in("guardian", level="substantial")
    assert response.status_code == 403
    assert "sikrere metode" in response.content.decode()
    assert browser.login is None


def test_an_employee_logs_in_with_feide_and_two_factors(browser, world):
    browser.log_in("contact_teacher", "feide")
    assert browser.client.session["_auth_user_id"] == str(world.users["contact_teacher"].pk)
    assert browser.login["acr"] == FAD08_3
    assert described(browser) == (True, "Feide (to-faktor)")


def test_feide_with_one_factor_is_noted(browser):
    browser.log_in("contact_teacher", "feide", level="one")
    assert browser.login["acr"] == ""
    assert described(browser) == (False, "Feide (én faktor)")


def test_a_pupil_logs_in_with_feide(browser, world):
    browser.log_in("other_school", "feide", level="one")
    assert browser.client.session["_auth_user_id"] == str(world.people["other_school"].user_id)


@pytest.mark.parametrize(("provider", "again"), [("idporten", "high"), ("feide", "mfa")])
def test_an_answer_without_national_id_gets_a_page_that_says_what_to_do(browser, provider, again):
    response = browser.log_in("contact_teacher", provider, level=again, without_number="1")
    assert response.status_code == 403
    assert "fødselsnummer" in response.content.decode()
    assert browser.login is None


def test_a_known_feide_user_gets_in_when_the_national_id_is_left_out(browser, world):
    browser.log_in("contact_teacher", "feide")
    identity = LoginIdentity.objects.get(issuer__endswith="/feide")
    browser.client.cookies.clear()
    browser.provider.cookies.clear()
    browser.log_in("contact_teacher", "feide", without_number="1")
    assert browser.client.session["_auth_user_id"] == str(identity.user_id)


def test_the_two_providers_lead_to_one_user(browser, world):
    browser.log_in("contact_teacher", "feide")
    browser.client.cookies.clear()
    browser.log_in("contact_teacher", "idporten")
    identities = LoginIdentity.objects.filter(user=world.users["contact_teacher"])
    assert {i.issuer.rsplit("/", 1)[1] for i in identities} == {"idporten", "feide"}
    assert len({i.subject for i in identities}) == 2


@pytest.mark.parametrize("who", ["guardian_proposed", "guardian_former", "guardian_of_protected"])
def test_somebody_without_business_here_is_told_whom_to_contact(browser, who):
    response = browser.log_in(who)
    page = response.content.decode()
    assert response.status_code == 403
    assert "Kontakt skolen til barnet" in page
    assert "Logg ut av ID-porten" in page
    assert browser.login is None


def test_somebody_without_business_here_can_log_out_at_the_provider(browser):
    browser.log_in("guardian_former")
    page = browser.client.post("/logg-ut/").content.decode()
    assert 'name="id_token_hint" value="ey' in page


def test_a_closed_user_is_refused_at_login(browser, world):
    user = world.users["guardian"]
    user.is_active = False
    user.save()
    response = browser.log_in("guardian")
    assert response.status_code == 403
    assert "stengt" in response.content.decode()
    assert browser.login is None


def test_cancelling_gives_a_friendly_page_and_no_session(browser):
    response = browser.log_in("guardian", cancel="1")
    page = response.content.decode()
    assert response.status_code == 200
    assert "Du avbrøt innloggingen" in page
    assert 'href="/logg-inn/idporten/"' in page
    assert browser.login is None


def test_the_deep_link_survives_login_and_a_cancelled_attempt(browser):
    assert browser.log_in("guardian", neste="/minside/?fane=2").url == "/minside/?fane=2"
    browser.client.cookies.clear()
    browser.provider.cookies.clear()
    page = browser.log_in("guardian", neste="/minside/", cancel="1").content.decode()
    assert 'href="/logg-inn/idporten/?neste=%2Fminside%2F"' in page


@pytest.mark.parametrize(
    "target",
    [
        "https://ond.example/",
        "//ond.example/",
        "/\\ond.example",
        "javascript:alert(1)",
        "https:ond.example",
        "/logg-ut/",
        "/logg-inn/feide/",
        "http://testserver@ond.example/",
        "\thttps://ond.example",
    ],
)
def test_login_never_leads_to_another_site_or_round_in_circles(browser, target):
    assert browser.log_in("guardian", neste=target).url == "/"


def test_somebody_logged_in_goes_straight_on(browser):
    browser.log_in("guardian")
    assert browser.get("/logg-inn/?neste=/minside/").url == "/minside/"


def test_the_session_key_is_new_after_login_and_the_old_one_is_dead(browser):
    browser.start()
    before = browser.client.cookies["sessionid"].value
    browser.log_in("guardian")
    after = browser.client.cookies["sessionid"].value
    assert after != before
    thief = Client()
    thief.cookies["sessionid"] = before
    assert thief.get("/").status_code == 302
    assert "login" not in thief.session


def test_confirming_asks_for_a_new_login_and_renews_the_session(browser):
    browser.log_in("contact_teacher", "feide", level="one")
    before = browser.client.cookies["sessionid"].value
    url = browser.start("idporten", bekreft="1", neste="/elever/")
    assert asked(url)["prompt"] == "login"
    response = browser.get(browser.at_provider(url, login_id="contact_teacher"))
    assert response.url == "/elever/"
    assert described(browser) == (True, "ID-porten (høyt nivå)")
    assert browser.client.cookies["sessionid"].value != before


@pytest.mark.parametrize("another", ["guardian", "stranger"])
def test_confirming_as_somebody_else_ends_the_session(browser, world, standin, another):
    """Neither the one who walked away nor the one who came is logged in."""
    known = json.loads(standin.personas_file.read_text())
    standin.show([*known, known[0] | {"login_id": "stranger", "national_id": "17912099997"}])
    browser.log_in("contact_teacher", "feide", level="one")
    url = browser.start("idporten", bekreft="1")
    key = browser.client.cookies["sessionid"].value
    response = browser.get(browser.at_provider(url, login_id=another))
    assert response.status_code == 403
    assert browser.login is None and "_auth_user_id" not in browser.client.session
    assert not LoginSession.objects.filter(session_key=key).exists()


def test_confirming_demands_the_level_that_was_asked_for(browser):
    browser.log_in("contact_teacher", "feide", level="one")
    url = browser.start("idporten", bekreft="1")
    response = browser.get(browser.at_provider(url, login_id="contact_teacher", level="substantial"))
    assert response.status_code == 403
    assert browser.login["provider"] == "feide"


def test_own_logout_from_idporten_kills_the_session_first_and_returns(browser):
    browser.log_in("guardian")
    key = browser.client.cookies["sessionid"].value
    page = browser.client.post("/logg-ut/")
    assert not LoginSession.objects.filter(session_key=key).exists()
    thief = Client()
    thief.cookies["sessionid"] = key
    assert "login" not in thief.session
    assert page["Clear-Site-Data"] == '"cache", "storage"'
    html = page.content.decode()
    fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]+)"', html)}
    assert fields["post_logout_redirect_uri"] == "http://testserver/logg-ut/ferdig/"
    endpoint = unescape(re.findall(r'action="(http[^"]+)"', html)[0])
    at_provider = browser.provider.post(endpoint, data=fields)
    assert at_provider.status_code == 200
    back = unescape(re.findall(r'href="([^"]+)" id="videre"', at_provider.text)[0])
    assert asked(back)["state"] == fields["state"]
    assert "her og hos ID-porten" in browser.get(back).content.decode()


def test_the_id_token_of_idporten_never_stands_in_an_address(browser):
    """It holds the national id."""
    browser.log_in("guardian")
    response = browser.client.post("/logg-ut/")
    assert response.status_code == 200
    assert not response.has_header("Location")


def test_own_logout_from_feide_redirects_with_hint_and_state(browser):
    browser.log_in("contact_teacher", "feide")
    response = browser.client.post("/logg-ut/")
    params = asked(response.url)
    assert response.url.startswith(browser.provider.base_url.join("/feide/session/end").__str__())
    assert params["id_token_hint"].startswith("ey") and params["state"]
    assert "login" not in browser.client.session


def test_the_receipt_promises_nothing_for_a_state_that_is_not_ours(browser):
    browser.log_in("contact_teacher", "feide")
    browser.client.post("/logg-ut/")
    page = browser.get("/logg-ut/ferdig/?state=feil").content.decode()
    assert "her og hos" not in page


def test_logout_by_get_does_nothing(browser):
    browser.log_in("guardian")
    assert browser.get("/logg-ut/").status_code == 405
    assert browser.login is not None


def frames_when_another_service_logs_out(browser) -> list[str]:
    page = browser.provider.get("/idporten/session/end").text
    return [unescape(src) for src in re.findall(r'<iframe src="([^"]+)"', page)]


def test_logout_elsewhere_ends_our_session_through_the_frame(browser):
    browser.log_in("guardian")
    (frame,) = frames_when_another_service_logs_out(browser)
    assert asked(frame)["sid"] == browser.login["sid"] != ""
    response = Client().get(frame.removeprefix("http://testserver"))
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert not response.has_header("X-Frame-Options")
    assert f"frame-ancestors {browser.provider.base_url}".rstrip("/") in response["Content-Security-Policy"]
    assert not response.cookies
    assert browser.login is None
    assert browser.get("/").url.startswith("/logg-inn/")


def test_logout_through_the_frame_can_be_repeated(browser):
    browser.log_in("guardian")
    (frame,) = frames_when_another_service_logs_out(browser)
    path = frame.removeprefix("http://testserver")
    assert [Client().get(path).status_code for _ in range(3)] == [200, 200, 200]


def test_logout_through_the_frame_with_our_own_cookie_present(browser):
    """On one host, as in development, the browser does send it."""
    browser.log_in("guardian")
    (frame,) = frames_when_another_service_logs_out(browser)
    assert browser.get(frame).status_code == 200
    assert browser.login is None


def test_the_issuer_may_have_a_slash_at_the_end(browser, standin):
    browser.log_in("guardian")
    sid, issuer = browser.login["sid"], standin.issuer("idporten")
    Client().get("/logg-ut/fra-leverandor/idporten/", {"iss": f"{issuer}/", "sid": sid})
    assert browser.login is None


@pytest.mark.parametrize("change", [{"sid": "feil"}, {"sid": ""}, {"iss": "https://ond.example"}, {"iss": ""}])
def test_a_foreign_logout_call_gets_the_same_answer_and_does_nothing(browser, standin, change):
    browser.log_in("guardian")
    query = {"iss": standin.issuer("idporten"), "sid": browser.login["sid"]} | change
    response = Client().get("/logg-ut/fra-leverandor/idporten/", query)
    assert (response.status_code, response.content) == (200, b"")
    assert browser.login is not None


def test_a_call_without_sid_spares_sessions_that_have_none(browser, standin):
    browser.log_in("contact_teacher", "feide")
    Client().get("/logg-ut/fra-leverandor/feide/", {"iss": standin.issuer("feide"), "sid": ""})
    assert browser.login is not None


def test_only_the_logout_frame_may_be_framed(browser):
    for url in ("/logg-inn/", "/logg-ut/ferdig/"):
        response = browser.get(url)
        assert response["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


def test_pages_of_a_session_are_not_cached(browser):
    browser.log_in("guardian")
    assert "no-store" in browser.get("/")["Cache-Control"]


def test_the_service_answers_under_its_own_name_before_login(browser):
    response = browser.client.get("/logg-inn/idporten/?neste=/elever/", headers={"host": "127.0.0.1:8000"})
    assert response.url == "http://testserver/logg-inn/idporten/?neste=/elever/"


def test_the_standin_filters_its_persons_and_reads_them_anew(browser, standin):
    url = browser.start()
    page = browser.provider.get(url, follow_redirects=True)
    assert "Foresatt Guardian_B" in page.text and "Ansatt Principal" in page.text
    found = browser.provider.get(page.url, params={"filter": "guardian_b"})
    assert "Foresatt Guardian_B" in found.text and "Ansatt Principal" not in found.text
    standin.show([])
    assert "Foresatt Guardian_B" not in browser.provider.get(page.url).text


def test_the_standin_remembers_a_login_as_idporten_does(browser):
    """Single sign-on: the second login asks nothing, so no form is needed."""
    browser.log_in("guardian")
    browser.client.cookies.clear()
    response = browser.get(browser.at_provider(browser.start()))
    assert response.status_code == 302
    assert browser.login["provider"] == "idporten"


def test_an_old_login_is_not_accepted_after_half_an_hour(browser):
    url = browser.at_provider(browser.start(), login_id="guardian")
    with time_machine.travel(clock.now() + timedelta(minutes=31), tick=False):
        assert browser.get(url).status_code == 400
    assert browser.login is None
