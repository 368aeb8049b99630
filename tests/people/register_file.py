"""Register files for the tests: one record at a time, in the shape KS Fiks Oppvekst gives."""

import copy
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from people.register.reader import Entry, entries
from people.register.remarks import Remark
from people.register.source import MAX_BYTES, Source, open_file
from tests.world import synthetic_id

MOTHER_BORN, FATHER_BORN, CHILD_BORN = date(1985, 2, 14), date(1983, 7, 3), date(2015, 4, 22)


def number(born: date, serial: int = 0) -> str:
    return synthetic_id(born, serial)


def identifier(value: str, kind: str = "foedselsnummer") -> dict[str, str]:
    return {"foedselsEllerDNummer": value, "identifikatortype": kind}


def road(street: str = "Testveien", house: str = "12", grade: str = "ugradert") -> dict[str, Any]:
    place = {"poststedsnavn": "TESTVIK", "postnummer": "0010"}
    return {
        "vegadresse": {
            "adressenavn": street,
            "adressenummer": {"husnummer": house},
            "poststed": place,
            "kommunenummer": "9901",
        },
        "adressegradering": grade,
    }


def guardian(
    value: str, responsibility: str | None = "felles", *, given: str = "Lysegul", born: date = MOTHER_BORN, **extra
):
    entry = {
        "ansvar": responsibility,
        "identifikasjonsnummer": identifier(value),
        "personstatus": "bosatt",
        "navn": {"fornavn": given, "etternavn": "Tavle"},
        "kjoenn": "kvinne",
        "bostedsadresse": road(),
        "foedsel": born.isoformat(),
    }
    return entry | extra


def child(
    value: str, guardians: list[dict], *, kind: str = "felles", born: date = CHILD_BORN, **extra
) -> dict[str, Any]:
    entry = {
        "identifikasjonsnummer": identifier(value),
        "foedselsdato": born.isoformat(),
        "personstatus": "bosatt",
        "foreldreansvarstype": kind,
        "kjoenn": "mann",
        "navn": {"fornavn": "Modig", "etternavn": "Tavle"},
        "bostedsadresse": road(),
        "foreldreansvarlige": guardians,
        "familierelasjoner": [],
    }
    return entry | extra


CHILD, MOTHER, FATHER = number(CHILD_BORN), number(MOTHER_BORN), number(FATHER_BORN)


def family(**extra: Any) -> list[dict[str, Any]]:
    """One child of two parents with joint responsibility."""
    father = guardian(FATHER, given="Rolig", born=FATHER_BORN, kjoenn="mann")
    return [child(CHILD, [guardian(MOTHER), father], **extra)]


def varied() -> list[dict[str, Any]]:
    """A file with every family form the register can tell of."""
    born = [date(2010 + n, 3, 5) for n in range(9)]
    kids = [number(day, 3) for day in born]
    parents = [number(date(1980, 1, 1 + n), 4) for n in range(12)]
    return copy.deepcopy(
        [
            child(kids[0], [guardian(parents[0]), guardian(parents[1], given="Rolig")], born=born[0]),
            child(kids[1], [guardian(parents[0]), guardian(parents[1], given="Rolig")], born=born[1]),
            child(
                kids[2],
                [guardian(parents[2]), guardian(parents[3], bostedsadresse=road("Fjordgata", "3"))],
                born=born[2],
                deltBosted=road("Fjordgata", "3") | {"startdatoForKontrakt": "2021-01-01"},
            ),
            child(kids[3], [guardian(parents[4], "mor")], kind="mor", born=born[3]),
            child(
                kids[4],
                [guardian(parents[5], "mor", adressebeskyttelse="strengtFortrolig")],
                kind="mor",
                born=born[4],
                adressebeskyttelse="strengtFortrolig",
                bostedsadresse=None,
            ),
            child(
                kids[5],
                [guardian(parents[6], adressebeskyttelse="fortrolig"), guardian(parents[7])],
                born=born[5],
                bostedsadresse=road("Skjultveien", "1", "fortrolig"),
                adressebeskyttelse="fortrolig",
            ),
            child(
                kids[6],
                [guardian(parents[8]), guardian(parents[9], given="Blid")],
                born=born[6],
                bostedsadresse=road("Klientveien", "7", "klientadresse"),
            ),
            child(kids[7], [guardian(parents[10], "andre")], kind="andre", born=born[7]),
            child(kids[8], [], born=born[8], personstatus="utflyttet", bostedsadresse=None),
        ]
    )


def write(folder: Path, records: Any, name: str = "oppvekst.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(records, ensure_ascii=False, indent=2), encoding="utf-8")
    return path


@dataclass
class Read:
    """A file as the reader tells of it, record by record, before the records are judged together."""

    entries: list[Entry]
    remarks: list[Remark]
    sha256: str

    @property
    def children(self):
        return [entry.child for entry in self.entries]

    @property
    def persons(self):
        """The children by number, and the guardians who are not among them."""
        found = {guardian.number: guardian for entry in self.entries for guardian in entry.guardians}
        return found | {child.person.number: child.person for child in self.children}


def read(path: Path, *, synthetic_allowed: bool, max_bytes: int = MAX_BYTES) -> Read:
    remarks: list[Remark] = []
    with open_file(path) as file:
        source = Source(file, max_bytes=max_bytes)
        found = list(entries(source, remarks, synthetic_allowed=synthetic_allowed))
    return Read(found, remarks, source.sha256)
