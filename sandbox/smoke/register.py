"""One new child with two parents, as the population register tells of them. All numbers are of the Tenor series."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from schoolapp.lib.national_id import complete


@dataclass(frozen=True)
class Someone:
    given_name: str
    family_name: str
    born: date
    sex: str
    first_individual_number: int

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def number(self) -> str:
        """The first number from `first_individual_number` on that has check digits."""
        stem = f"{self.born.day:02d}{self.born.month + 80:02d}{self.born.year % 100:02d}"
        candidates = range(self.first_individual_number, self.first_individual_number + 50)
        return next(number for n in candidates if (number := complete(f"{stem}{n:03d}")))


CHILD = Someone("Røyk", "Prøvesen", date(2016, 5, 4), "mann", 901)
MOTHER = Someone("Tåke", "Prøvesen", date(1986, 9, 12), "kvinne", 312)
FATHER = Someone("Dis", "Prøvesen", date(1984, 2, 3), "mann", 321)


def response() -> list[dict[str, Any]]:
    address = {
        "vegadresse": {
            "adressenavn": "Prøveveien",
            "adressenummer": {"husnummer": "1"},
            "poststed": {"poststedsnavn": "PRØVESTAD", "postnummer": "0010"},
            "kommunenummer": "9901",
        },
        "adressegradering": "ugradert",
    }

    def person(someone: Someone) -> dict[str, Any]:
        return {
            "identifikasjonsnummer": {
                "foedselsEllerDNummer": someone.number,
                "identifikatortype": "foedselsnummer",
            },
            "personstatus": "bosatt",
            "navn": {"fornavn": someone.given_name, "etternavn": someone.family_name},
            "statsborgerskap": "NOR",
            "kjoenn": someone.sex,
            "bostedsadresse": address,
        }

    parents = [person(p) | {"ansvar": "felles", "foedsel": p.born.isoformat()} for p in (MOTHER, FATHER)]
    child = {
        "foedselsdato": CHILD.born.isoformat(),
        "foreldreansvarstype": "felles",
        "foreldreansvarlige": parents,
        "familierelasjoner": [
            {"familierelasjonPerson": MOTHER.number, "familierelasjonRolle": "mor"},
            {"familierelasjonPerson": FATHER.number, "familierelasjonRolle": "far"},
        ],
    }
    return [person(CHILD) | child]
