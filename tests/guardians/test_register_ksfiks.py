"""Asking KS Fiks: over a real socket, in the formats of its OpenAPI, however it answers."""

import json
from datetime import date, timedelta
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from guardians.models import GuardianRelation, StagedNumber
from guardians.register import ksfiks, work
from people.models import NationalId, Person, RegisterImport
from people.register import ksfiks as client
from sandbox.ksfiks import server as standin
from schoolapp.lib import clock, maskinporten
from schoolapp.lib.json_api import pause
from students.models import Student
from tests.people.register_file import MOTHER, child, guardian, number
from tests.roles import as_worker

SHARED = Path(__file__).parents[3] / "shared" / "integrations"
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def key():
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(private, as_dict=True) | {"kid": "prove", "alg": "RS256"}
    public = jwt.algorithms.RSAAlgorithm.to_jwk(private.public_key(), as_dict=True) | {"kid": "prove", "alg": "RS256"}
    return jwk, public


@pytest.fixture
def fiks(settings, key):
    maskinporten.forget_token()
    with standin.serve(standin.Register(public_jwk=key[1])) as server:
        settings.SYNTHETIC_IDS_ALLOWED = True
        settings.REGISTER_STOP_PERCENT = 1000
        settings.KSFIKS = {
            "url": server.url,
            "role_id": standin.ROLE,
            "integration_id": standin.INTEGRATION,
            "integration_password": standin.PASSWORD,
            "municipality": "9901",
        }
        settings.MASKINPORTEN = {
            "issuer": "https://maskinporten.no/",
            "token_url": f"{server.url}/token",
            "client_id": "prove",
            "private_jwk": json.dumps(key[0]),
            "consumer_org": "910000000",
        }
        yield server.register
    maskinporten.forget_token()


def told_of(world, key: str, **extra) -> dict:
    person = world.pupils[key].person
    own = NationalId.objects.get(person=person, is_current=True).number
    return child(own, [guardian(MOTHER)], born=person.birth_date, kjoenn="", **extra)


def run_night() -> RegisterImport:
    with as_worker():
        work.nightly()
        work.work(seconds=60)
    return RegisterImport.objects.latest("pk")


def test_a_night_refreshes_every_pupil_and_proposes(world, fiks):
    fiks.children = [told_of(world, "own"), told_of(world, "other_school")]
    run = run_night()
    assert (run.state, run.source, run.counts["children"]) == ("done", "nightly", 2)
    pupils = Student.objects.filter(school__isnull=False)
    assert run.counts["unanswered"] == pupils.count() - 2 and not StagedNumber.objects.exists()
    assert pupils.get(pk=world.pupils["own"].pk).person.full_name == "Modig Tavle"
    asked = [body for place, body in fiks.asked if place == "oppvekst"]
    assert {n for body in asked for n in body["foedselsnumre"]} == set(
        NationalId.objects.filter(person__student__in=pupils).values_list("number", flat=True)
    )
    mothers = GuardianRelation.objects.filter(guardian__national_ids__number=MOTHER)
    assert {row.state for row in mothers} == {"proposed"}


def test_who_moves_in_is_asked_about_and_the_children_of_guardians_touched(world, fiks):
    born = date(clock.today().year - 9, 4, 4)
    newcomer = number(born)
    guardian_number = NationalId.objects.get(person=world.people["guardian"]).number
    Student.objects.filter(pk=world.pupils["own"].pk).update(school=None)
    fiks.events = {"FLYTTET_TIL_KOMMUNE": [newcomer], "DOED": [guardian_number]}
    fiks.children = [child(newcomer, [], born=born)]
    run_night()
    asked = {n for place, body in fiks.asked if place == "oppvekst" for n in body["foedselsnumre"]}
    assert {newcomer, NationalId.objects.get(person=world.pupils["own"].person).number} <= asked
    assert Person.objects.filter(national_ids__number=newcomer).exists()
    lists = [body for place, body in fiks.asked if place == "hendelser"]
    assert all(body["kommuner"] == [{"kommunenummer": "9901"}] for body in lists)
    assert all("foedt" not in body for body in lists if body["hendelsestype"] == "DOED")


def test_the_grant_is_signed_used_once_and_short(world, fiks):
    run_night()
    assert len(fiks.grants) == 1
    (claims,) = fiks.grants
    assert (claims["aud"], claims["iss"], claims["scope"]) == ("https://maskinporten.no/", "prove", "ks:fiks")
    assert claims["exp"] - claims["iat"] <= 120 and claims["consumer_org"] == "910000000"


def test_a_button_pressed_twice_asks_once(world, fiks):
    admin = world.user("municipal_admin")
    first = ksfiks.begin(source=RegisterImport.Source.MANUAL, by=admin)
    assert ksfiks.begin(source=RegisterImport.Source.MANUAL, by=admin) == first
    RegisterImport.objects.update(state="waiting")
    assert ksfiks.begin(source=RegisterImport.Source.MANUAL, by=admin) != first
    first.refresh_from_db()
    assert first.state == "cancelled"


def test_at_most_a_thousand_are_asked_about_at_a_time_and_each_once(world, fiks, monkeypatch):
    monkeypatch.setattr(ksfiks, "MOST_NUMBERS", 2)
    run_night()
    batches = [body["foedselsnumre"] for place, body in fiks.asked if place == "oppvekst"]
    flat = [n for batch in batches for n in batch]
    assert len(batches) > 1 and max(map(len, batches)) == 2 and len(flat) == len(set(flat))
    with pytest.raises(ValueError, match="1000"):
        client.children(["1"] * 1001)


@pytest.mark.parametrize("fault", [{"status": 503, "html": True}, {"status": 429, "retry_after": "120000"}])
def test_a_peer_that_is_busy_is_asked_again_later_and_nothing_is_lost(world, fiks, monkeypatch, fault):
    monkeypatch.setattr(ksfiks, "MOST_NUMBERS", 2)
    fiks.faults["oppvekst"] = [standin.Fault(**fault)]
    run = run_night()
    assert (run.state, run.fetched, run.attempts) == ("reading", 0, 1)
    assert run.next_at > clock.now() + timedelta(seconds=100 if fault["status"] == 429 else 50)
    RegisterImport.objects.update(next_at=clock.now())
    work.work(seconds=60)
    run.refresh_from_db()
    assert run.state == "done"
    flat = [n for place, body in fiks.asked if place == "oppvekst" for n in body["foedselsnumre"]]
    assert len(flat) == len(set(flat))


def test_a_role_that_lets_us_in_nowhere_is_told_in_words(world, fiks, settings):
    settings.KSFIKS = settings.KSFIKS | {"role_id": "00000000-0000-0000-0000-000000000000"}
    run = run_night()
    assert run.state == "refused" and "403 INGEN_TILGANG" in run.refusal
    assert not NationalId.objects.filter(number=MOTHER).exists()


def test_a_token_that_is_refused_is_replaced(world, fiks):
    maskinporten.token()
    fiks.tokens.clear()
    run = run_night()
    assert run.state == "reading"
    RegisterImport.objects.update(next_at=clock.now())
    work.work(seconds=60)
    run.refresh_from_db()
    assert run.state == "done" and len(fiks.grants) == 2


def test_half_an_answer_refuses_the_run_and_writes_nothing(world, fiks):
    fiks.children = [told_of(world, "own") | {"foedselsdato": "i går"}]
    run = run_night()
    assert run.state == "refused" and "post 1" in run.refusal
    assert world.pupils["own"].person.full_name == Student.objects.get(pk=world.pupils["own"].pk).person.full_name


def test_without_a_role_nothing_is_asked(world, settings):
    settings.KSFIKS = settings.KSFIKS | {"role_id": ""}
    work.nightly()
    assert not RegisterImport.objects.exists()


def test_the_pause_asked_for_is_read_in_seconds_and_in_milliseconds():
    assert (pause("30"), pause("30000"), pause("x"), pause("")) == (30, 30, None, None)


def resolved(schema, document):
    """The schema with what it refers to, as far as plain checks need."""
    if "$ref" in schema:
        return resolved(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], document)
    return schema


KINDS = {"string": str, "integer": int, "array": list, "object": dict, "boolean": bool, "number": (int, float)}


def problems(value, schema, document, path="$"):
    """What of `value` the OpenAPI schema does not allow: type, required and unknown names, pattern, enum, number."""
    schema = resolved(schema, document)
    if "type" in schema and not isinstance(value, KINDS[schema["type"]]):
        return [f"{path}: not {schema['type']}"]
    found = []
    if isinstance(value, dict):
        found += [f"{path}: lacks {name}" for name in schema.get("required", []) if name not in value]
        for name, inner in value.items():
            if name not in schema.get("properties", {}):
                found.append(f"{path}: unknown {name}")
            else:
                found += problems(inner, schema["properties"][name], document, f"{path}.{name}")
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**9):
            found.append(f"{path}: {len(value)} items")
        found += [p for n, item in enumerate(value) for p in problems(item, schema["items"], document, f"{path}[{n}]")]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{path}: not among the values")
    return found


def test_what_is_asked_and_answered_is_as_the_openapi_says(world, fiks):
    folder = SHARED / "ks-fiks"
    if not folder.exists():
        pytest.skip(f"the OpenAPI descriptions of KS are not at {folder}")
    oppvekst = json.loads((folder / "folkeregister-oppvekst-api-v1.json").read_text())
    events = json.loads((folder / "folkeregister-hendelser-api-v1.json").read_text())
    fiks.children = [told_of(world, "own")]
    run_night()
    assert {place for place, _body in fiks.asked} == {"oppvekst", "hendelser"}
    for place, body in fiks.asked:
        document, name = (
            (oppvekst, "OpprettOppvekstUttrekk")
            if place == "oppvekst"
            else (events, "FoedselsnummerForHendelseRequest")
        )
        assert problems(body, document["components"]["schemas"][name], document) == []
    sample = json.loads((SHARED / "derived" / "ks-fiks" / "oppvekst_response_synthetic.json").read_text())
    schema = oppvekst["components"]["schemas"]["PersonDefinisjon"]
    assert [p for answer in sample for p in problems(answer, schema, oppvekst)] == []
    assert problems({"foreldreansvarlige": 1}, schema, oppvekst)


def test_the_official_cases_come_through_the_stand_in(world, fiks):
    file = SHARED / "derived" / "ks-fiks" / "oppvekst_response_synthetic.json"
    if not file.exists():
        pytest.skip(f"the synthetic cases are not at {file}")
    fiks.children = json.loads(file.read_text())
    fiks.events = {"FLYTTET_TIL_KOMMUNE": [c["identifikasjonsnummer"]["foedselsEllerDNummer"] for c in fiks.children]}
    before = Student.objects.count()
    run = run_night()
    assert run.state == "done" and Student.objects.count() == before + 11
