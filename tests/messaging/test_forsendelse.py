"""What goes over the wire, held together with SvarUt's own description of it where that lies beside the project."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from hypothesis import given
from hypothesis import strategies as st

from messaging import polling
from messaging.channels.base import Parcel
from messaging.channels.svarut.forsendelse import filled, forsendelse
from messaging.channels.svarut.multipart import multipart
from messaging.channels.svarut.refusals import in_plain_words
from messaging.letter import Addressee, LetterFile, PostalAddress
from messaging.recipients import lines_of
from sandbox.svarut.rules import refusal
from sandbox.svarut.server import split
from tests.messaging.parts import after_the_quiet_period, make_file, queue, svarut_settings, work

FOLDER = Path(os.environ.get("SCHEMA_DIR", Path(django_settings.BASE_DIR).parent / "shared" / "archive")) / "svarut"
DESCRIBED = {
    "POST /v3/kontoer/{kontoId}/forsendelser/person": "v3/forsendelse-send-api-v3.json",
    "POST /v3/kontoer/{kontoId}/forsendelser/status/sok": "v3/forsendelse-status-api-v3.json",
    "GET /v2/kontoer/{kontoId}/forsendelser": "v2/forsendelse-eksternref-api-v2.json",
    "GET /v2/forsendelser/{forsendelseId}/hendelser": "v2/forsendelse-hendelser-api-v2.json",
}


def parcel(**changes) -> Parcel:
    fields = {
        "key": "7f1d9a52-0000-4000-8000-000000000000",
        "title": "Brev fra Prøve skole",
        "addressee": Addressee("Kari Prøve", "14831512345", PostalAddress(("Brevveien 1",), "0001", "Prøvestad")),
        "files": (LetterFile("a", "Brev.pdf", "0" * 64, 1), LetterFile("b", "Vedlegg 1.png", "0" * 64, 1, "image/png")),
        "is_sensitive": False,
        "accounting_code": "999999990",
        "read": lambda file: b"",
    }
    return Parcel(**fields | changes)


@pytest.fixture
def own(settings):
    settings.SVARUT = svarut_settings("http://127.0.0.1:9")


def test_a_letter_is_as_svarut_wants_it(own):
    plain = forsendelse(parcel())
    assert refusal(plain, ["Brev.pdf", "Vedlegg 1.png"]) == ""
    assert plain["sikkerhetsniva"] == "BETYDELIG" and plain["kryptert"] is False
    assert plain["dokumenter"][1]["skalEkskluderesFraUtskrift"] is True
    assert plain["svarSendesTil"]["navn"] == "Prøve kommune", "the same neutral sender for every school"


def test_special_categories_take_the_highest_level_and_encryption(own):
    plain = forsendelse(parcel(is_sensitive=True))
    assert (plain["sikkerhetsniva"], plain["kryptert"]) == ("HOYESTE", True)


def test_no_return_address_of_ours_leaves_svaruts_own(own, settings):
    settings.SVARUT = settings.SVARUT | {"return_name": ""}
    assert "svarSendesTil" not in forsendelse(parcel())


values = st.recursive(
    st.none() | st.text(max_size=3) | st.booleans() | st.integers(),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=3), parts, max_size=3),
)


@given(st.dictionaries(st.text(min_size=1, max_size=3), values, max_size=4))
def test_nothing_empty_is_sent(value):
    def empties(part: Any) -> bool:
        if isinstance(part, dict):
            return any(each in ("", None, {}, []) or empties(each) for each in part.values())
        return isinstance(part, list) and any(map(empties, part))

    assert not empties(filled(value))


@given(st.lists(st.tuples(st.text(alphabet="abcæøå 1.", min_size=1, max_size=20), st.binary(max_size=200)), max_size=4))
def test_parts_stand_in_the_order_of_the_metadata(files):
    kind, body = multipart({"tittel": "å"}, [(name, "application/pdf", content) for name, content in files])
    parts = split(body, kind.partition("boundary=")[2].encode())
    assert (parts[0].name, json.loads(parts[0].content)) == ("forsendelse", {"tittel": "å"})
    assert [(part.filename, part.content) for part in parts[1:]] == files


@given(st.text(max_size=300))
def test_lines_of_an_address_are_few_and_short(street):
    lines = lines_of(street)
    assert len(lines) <= 3 and all(0 < len(line) <= 70 for line in lines)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ("mottaker.digitalId er ikke gyldig", "Fødselsnummeret"),
        ("mottaker.adresse.postnummer er ugyldig", "Postnummeret"),
        ("Total size too large", "for stort"),
        ("noe helt annet", "noe helt annet"),
        ("", "uten å si hvorfor"),
    ],
)
def test_refusals_name_the_field_to_mend(told, field):
    assert field in in_plain_words({"message": told})


@pytest.mark.django_db
def test_what_is_sealed_is_opened_by_svarut_alone(world, svarut):
    files = (make_file("Brev fra skolen.pdf", b"%PDF om helsa"),)
    queue(world, files=files, is_sensitive=True)
    work()
    (sending,) = svarut.store.sendings.values()
    assert sending.files == [b"%PDF om helsa"]
    assert sending.data["sikkerhetsniva"] == "HOYESTE"


@pytest.mark.django_db
@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"SvarUt's description is not at {FOLDER}")
def test_every_request_is_as_svarut_describes_it(world, svarut, monkeypatch):
    heard = []
    handler = svarut.RequestHandlerClass
    for method in ("do_GET", "do_POST"):
        real = getattr(handler, method)
        monkeypatch.setattr(handler, method, lambda self, real=real: heard.append(self) or real(self))
    bodies = {}
    for name in ("send", "statuses"):
        real = getattr(handler, name)
        monkeypatch.setattr(
            handler, name, lambda self, body, real=real: bodies.update({id(self): body}) or real(self, body)
        )
    queue(world)
    svarut.store.faults = ["500"]
    for _ in range(2):
        work()
        after_the_quiet_period()
    polling.poll()
    seen = set()
    for each in heard:
        path, _, query = each.path.removeprefix("/api").partition("?")
        operation = next(o for o in DESCRIBED if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", o), f"{each.command} {path}"))
        seen.add(operation)
        described = json.loads((FOLDER / DESCRIBED[operation]).read_text())
        call = described["paths"][operation.split()[1]][each.command.lower()]
        for parameter in call.get("parameters", []):
            assert parameter["in"] != "query" or f"{parameter['name']}=" in query
        if id(each) in bodies:
            schemas = described["components"]["schemas"]
            if operation.endswith("/person"):
                boundary = each.headers["Content-Type"].partition("boundary=")[2].encode()
                plain, schema = json.loads(split(bodies[id(each)], boundary)[0].content), schemas["PersonForsendelse"]
            else:
                plain, schema = json.loads(bodies[id(each)]), schemas["Forsendelser"]
            assert list(faults(plain, schema, schemas)) == []
    assert seen == set(DESCRIBED)


def test_the_check_against_the_description_finds_faults():
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "minLength": 1}}}
    assert list(faults({"a": ""}, schema, {})) and list(faults({}, schema, {})) and list(faults({"b": 1}, schema, {}))


def faults(value: Any, schema: dict[str, Any], schemas: dict[str, Any], place: str = "") -> Any:
    """Where a value is not as the description says, as far as SvarUt's descriptions use JSON Schema."""
    if ref := schema.get("$ref"):
        schema = schemas[ref.rpartition("/")[2]]
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
    if not isinstance(value, kinds[schema["type"]]):
        yield f"{place}: not {schema['type']}"
        return
    if isinstance(value, dict):
        yield from (f"{place}.{name}: missing" for name in schema.get("required", []) if name not in value)
        for name, part in value.items():
            if name not in schema["properties"]:
                yield f"{place}.{name}: unknown"
            else:
                yield from faults(part, schema["properties"][name], schemas, f"{place}.{name}")
    elif isinstance(value, list):
        for part in value:
            yield from faults(part, schema["items"], schemas, place)
    elif isinstance(value, str):
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            yield f"{place}: length"
        if not re.search(schema.get("pattern", ""), value) or value not in schema.get("enum", [value]):
            yield f"{place}: value"
