"""Reading a register file: what is understood, and what is refused, with the line and the reason."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from people.models import Protection
from people.register.remarks import SENTENCES, Code, sentence
from people.register.source import FileRefused
from tests.people.register_file import (
    CHILD,
    FATHER,
    MOTHER,
    child,
    family,
    guardian,
    identifier,
    number,
    read,
    road,
    write,
)


def refused(path, **options) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read(path, **({"synthetic_allowed": True} | options))
    return caught.value


def remarks(path) -> list[tuple[int, str]]:
    return [(r.record, r.code) for r in read(path, synthetic_allowed=True).remarks]


def line_with(path, text: str) -> int:
    return next(n for n, line in enumerate(path.read_text().splitlines(), 1) if text in line)


def test_a_family_is_understood(tmp_path):
    file = read(write(tmp_path, family()), synthetic_allowed=True)
    (one,) = file.children
    assert (one.person.given_name, one.person.family_name, one.person.born) == ("Modig", "Tavle", date(2015, 4, 22))
    assert [(g.number, g.grants) for g in one.guardians] == [(MOTHER, True), (FATHER, True)]
    assert set(file.persons) == {CHILD, MOTHER, FATHER}
    (home,) = one.person.addresses
    assert (home.street, home.postal_code, home.city) == ("Testveien 12", "0010", "TESTVIK")
    assert file.remarks == []


@pytest.mark.parametrize(
    ("content", "line", "word"),
    [
        (b'[\n  {"a": 1,\n  ]', 3, "JSON"),
        (b"[\n", 2, "slutter"),
        (b'[\n {"a": [1, 2', 2, "slutter midt i en post"),
        (b'[\n {"a": "b', 2, "kuttet"),
        (b'{"status": 403,\n "error": "Forbidden"}', 1, "liste"),
        (b"", 1, "tom"),
        (b"<html>\n<body>Request rejected</body>", 1, "liste"),
        (b"[]\n\n[]", 3, "etter slutten"),
        (b'[\n{"a": NaN}]', 2, "tall"),
        (b'[\n{"a": 1,\n "a": 2}]', 2, "to ganger"),
        (b"[\n" + b"[" * 5000 + b"]" * 5000 + b"]", 2, "dypt"),
        (b'[\n{"a": ' + b"9" * 5000 + b"}]", 2, "tall"),
        ('[\n{"navn": "Bjørn"}\n]'.encode("latin-1"), 2, "UTF-8"),
        ("[]".encode("utf-16"), 1, "UTF-8"),
        (b"[\n 17,\n {}]", 2, "objekt"),
        (b"[\n {},\n]", 2, "mangler"),
    ],
)
def test_malformed_files_are_refused_with_line_and_reason(tmp_path, content, line, word):
    path = tmp_path / "fil.json"
    path.write_bytes(content)
    error = refused(path)
    assert error.line == line
    assert word in str(error) and f"linje {line}" in str(error)


def test_a_byte_order_mark_is_no_fault(tmp_path):
    path = tmp_path / "fil.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(family()).encode())
    assert len(read(path, synthetic_allowed=True).children) == 1


def test_a_file_above_the_limit_is_refused(tmp_path):
    path = write(tmp_path, family())
    assert "større" in str(refused(path, max_bytes=path.stat().st_size - 1))
    assert read(path, synthetic_allowed=True, max_bytes=path.stat().st_size)


def test_a_missing_file_is_refused(tmp_path):
    assert "åpnes" in str(refused(tmp_path / "ingen.json"))


@pytest.mark.parametrize(
    ("change", "path_part", "line_text"),
    [
        ({"foreldreansvarlige": None}, "feltet «foreldreansvarlige»", '"foreldreansvarlige": null'),
        ({"foreldreansvarlige": {}}, "feltet «foreldreansvarlige»", '"foreldreansvarlige": {}'),
        ({"navn": "Modig Tavle"}, "feltet «navn»", '"navn": "Modig Tavle"'),
        ({"foedselsdato": "22.04.2015"}, "feltet «foedselsdato»", '"22.04.2015"'),
        ({"foedselsdato": "2015-02-30"}, "feltet «foedselsdato»", '"2015-02-30"'),
        ({"foedselsdato": "2015-W17-"}, "feltet «foedselsdato»", '"2015-W17-"'),
        ({"personstatus": 7}, "feltet «personstatus»", '"personstatus": 7'),
        ({"navn": {"fornavn": "A\x00B"}}, "feltet «fornavn» i «navn»", "A\\u0000B"),
        ({"navn": {"fornavn": "x" * 201}}, "feltet «fornavn» i «navn»", "xxxx"),
        ({"foreldreansvarlige": [guardian(MOTHER), "hun"]}, "feltet «foreldreansvarlige nr. 2»", '"hun"'),
        (
            {"bostedsadresse": {"vegadresse": {"adressenavn": ["a"]}}},
            "feltet «adressenavn» i «vegadresse» i «bostedsadresse»",
            '"adressenavn": [',
        ),
    ],
)
def test_a_wrong_shape_is_refused_with_path_and_line(tmp_path, change, path_part, line_text):
    other = child(number(date(2014, 1, 1)), [], born=date(2014, 1, 1), navn={"fornavn": "Annen"})
    path = write(tmp_path, [other, *family(**change)])
    error = refused(path)
    assert error.path == path_part
    assert error.line == line_with(path, line_text)
    assert error.record == 2


def test_an_absent_responsibility_list_is_not_an_empty_one(tmp_path):
    records = family()
    del records[0]["foreldreansvarlige"]
    assert refused(write(tmp_path, records)).path == "feltet «foreldreansvarlige»"


@pytest.mark.parametrize("place", ["child", "guardian", "former"])
def test_an_invalid_number_is_named_by_record_and_never_repeated(tmp_path, place):
    wrong = CHILD[:-1] + str((int(CHILD[-1]) + 1) % 10)
    records = family()
    match place:
        case "child":
            records[0]["identifikasjonsnummer"] = identifier(wrong)
        case "guardian":
            records[0]["foreldreansvarlige"][1]["identifikasjonsnummer"] = identifier(wrong)
        case "former":
            records[0]["tidligereIdentifikasjonsnummer"] = identifier(wrong)
    path = write(tmp_path, records)
    error = refused(path)
    assert error.record == 1 and "kontrollsiffer" in str(error)
    assert error.line == line_with(path, wrong)
    assert wrong not in str(error) and wrong[6:] not in str(error) and wrong not in repr(error)


def test_synthetic_numbers_are_refused_where_they_are_not_allowed(tmp_path):
    assert "testnumre" in str(refused(write(tmp_path, family()), synthetic_allowed=False))


@pytest.mark.parametrize(
    ("kind", "responsibility", "grants"),
    [
        ("felles", "felles", True),
        ("mor", "mor", True),
        ("medmor", "medmor", True),
        (None, "far", True),
        ("felles", None, False),
        ("felles", "", False),
        ("ukjent", "ukjent", False),
        ("andre", "andre", False),
        ("felles", "begge", False),
        ("mor", "far", False),
        ("andre", "felles", False),
    ],
)
def test_only_documented_parental_responsibility_grants(tmp_path, kind, responsibility, grants):
    records = family(foreldreansvarstype=kind, foreldreansvarlige=[guardian(MOTHER, responsibility)])
    file = read(write(tmp_path, records), synthetic_allowed=True)
    assert [g.grants for g in file.children[0].guardians] == [grants]
    if not grants:
        assert file.remarks


def test_kinship_alone_makes_nobody_responsible(tmp_path):
    kin = [{"familierelasjonPerson": FATHER, "familierelasjonRolle": "far"}]
    records = family(foreldreansvarstype="mor", foreldreansvarlige=[guardian(MOTHER, "mor")], familierelasjoner=kin)
    assert FATHER not in read(write(tmp_path, records), synthetic_allowed=True).persons


def test_guardians_who_are_dead_or_without_number_get_remarks(tmp_path):
    unnumbered = guardian(FATHER) | {"identifikasjonsnummer": None}
    records = family(foreldreansvarlige=[guardian(MOTHER, personstatus="doed"), unnumbered])
    path = write(tmp_path, records)
    assert {code for _r, code in remarks(path)} == {"guardian_deceased", "guardian_without_number"}
    assert [g.grants for g in read(path, synthetic_allowed=True).children[0].guardians] == [False]


@pytest.mark.parametrize("field", ["foreldreansvarstype", "kjoenn", "personstatus", "adressebeskyttelse"])
def test_unknown_values_are_tolerated_and_reported(tmp_path, field):
    path = write(tmp_path, family(**{field: "nyVerdi"}))
    found = read(path, synthetic_allowed=True)
    assert ("unknown_value", f"{field}: nyVerdi") in [(r.code, r.detail) for r in found.remarks]


def test_a_misplaced_number_is_not_repeated_in_a_remark(tmp_path):
    found = read(write(tmp_path, family(kjoenn=CHILD)), synthetic_allowed=True)
    assert [r.detail for r in found.remarks] == ["kjoenn: …"]


@pytest.mark.parametrize(
    ("change", "protection"),
    [
        ({}, Protection.NONE),
        ({"adressebeskyttelse": "ugradert"}, Protection.NONE),
        ({"adressebeskyttelse": "fortrolig"}, Protection.CONFIDENTIAL),
        ({"bostedsadresse": road(grade="klientadresse")}, Protection.CLIENT),
        ({"bostedsadresse": road(grade="strengtFortrolig")}, Protection.STRICT),
        ({"deltBosted": road(grade="fortrolig")}, Protection.CONFIDENTIAL),
        ({"adressebeskyttelse": "klientadresse", "bostedsadresse": road(grade="fortrolig")}, Protection.CONFIDENTIAL),
        ({"adressebeskyttelse": "nyGrad"}, Protection.STRICT),
    ],
)
def test_protection_is_the_strictest_grade_of_person_and_addresses(tmp_path, change, protection):
    found = read(write(tmp_path, family(**change)), synthetic_allowed=True)
    assert found.persons[CHILD].protection == protection
    if protection == Protection.STRICT:
        assert found.persons[CHILD].addresses == ()


PLACE = {"poststed": {"poststedsnavn": "TESTVIK", "postnummer": "0010"}}


@pytest.mark.parametrize(
    ("field", "address", "expected"),
    [
        ("postadresse", {"postboksadresse": {"postboks": "99"} | PLACE}, ("Postboks 99", "0010", "TESTVIK")),
        (
            "postadresse",
            {"frittFormat": {"adresselinje": ["c/o Ås", "Vei 1"]} | PLACE},
            ("c/o Ås, Vei 1", "0010", "TESTVIK"),
        ),
        (
            "oppholdsadresse",
            {
                "utenlandskAdresse": {
                    "adressenavn": "Gatan 1",
                    "postkode": "11122",
                    "byEllerStedsnavn": "Luleå",
                    "landkode": "SE",
                }
            },
            ("Gatan 1", "11122", "Luleå, SE"),
        ),
        (
            "bostedsadresse",
            {
                "matrikkeladresse": {"matrikkelnummer": {"kommunenummer": "9901", "gaardsnummer": 4, "bruksnummer": 2}}
                | PLACE
            },
            ("Gnr. 4, bnr. 2", "0010", "TESTVIK"),
        ),
        ("bostedsadresse", {"ukjentBosted": {"bostedskommune": "9901"}}, None),
    ],
)
def test_every_form_of_address_is_read(tmp_path, field, address, expected):
    records = family(**({"bostedsadresse": None} | {field: address | {"adressegradering": "ugradert"}}))
    (one,) = read(write(tmp_path, records), synthetic_allowed=True).children
    assert [(a.street, a.postal_code, a.city) for a in one.person.addresses] == ([expected] if expected else [])


def test_a_birth_date_beside_the_number_is_a_remark(tmp_path):
    assert remarks(write(tmp_path, family(foedselsdato="2015-04-23"))) == [(1, "birth_date_differs")]


def test_every_remark_has_a_sentence():
    assert set(SENTENCES) == set(Code)
    for code in Code:
        assert "{" not in sentence(code, "noe")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(family()[0])) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(field=st.sampled_from(sorted(family()[0])), value=JSON)
def test_any_value_anywhere_is_read_or_refused(tmp_path_factory, field, value):
    path = write(tmp_path_factory.mktemp("fil"), family(**{field: value}))
    try:
        read(path, synthetic_allowed=True)
    except FileRefused as error:
        assert error.line and error.record == 1


@settings(deadline=None)
@given(cut=st.integers(1, 2500))
def test_a_truncated_file_is_refused(tmp_path_factory, cut):
    path = write(tmp_path_factory.mktemp("fil"), family())
    whole = path.read_text().rstrip()
    path.write_text(whole[: -min(cut, len(whole))])
    assert refused(path).line


def test_a_file_cut_anywhere_is_said_to_be_cut(tmp_path):
    names = {"fornavn": 'Åse"\n', "etternavn": "Ø\\u"}
    whole = json.dumps(family(navn=names), ensure_ascii=False, indent=1).encode() + b"\n"
    path = tmp_path / "kuttet.json"
    for end in range(1, len(whole) - 2):
        path.write_bytes(whole[:end])
        assert "filen er kuttet" in str(refused(path)), whole[max(0, end - 40) : end]
