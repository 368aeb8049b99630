"""What the population register tells of the demo municipality: as we know it, but for some to whom things happened.

The records are those of KS Fiks Oppvekst, so that one run of the demo, and each fetch from the stand-in, takes the way
a real one takes.
"""

import io
import json
from collections.abc import Iterable
from datetime import date
from random import Random
from typing import Any

from django.db.models import Prefetch

from guardians.models import GuardianRelation
from guardians.register import run as runs
from people.models import Address, NationalId, Person, Protection, RegisterImport
from schoolapp.demo.numbers import NationalIds
from students.models import Student

SEED = 8113
# The stand-in keeps all it tells in memory.
MOST = 10_000
Record = dict[str, Any]
GRADES = {
    Protection.NONE: "ugradert",
    Protection.CLIENT: "klientadresse",
    Protection.CONFIDENTIAL: "fortrolig",
    Protection.STRICT: "strengtFortrolig",
}


def records(pupils: Iterable[Student]) -> list[Record]:
    """Each pupil, and those the register makes responsible, as we know them."""
    return [child_record(pupil) for pupil in pupils]


def at_schools() -> Any:
    """Pupils with a place, with all that a record needs, in three queries."""
    persons = Person.objects.prefetch_related(
        Prefetch("national_ids", NationalId.objects.filter(is_current=True), "current"),
        Prefetch("addresses", Address.objects.filter(kind=Address.Kind.HOME, valid_to__isnull=True), "homes"),
    )
    named = GuardianRelation.objects.open().filter(ground=GuardianRelation.Ground.REGISTER).order_by("pk")
    rows = Student.objects.filter(school__isnull=False).order_by("pk")
    return rows.prefetch_related(
        Prefetch("person", persons),
        Prefetch("guardian_relations", named.prefetch_related(Prefetch("guardian", persons)), "responsible"),
    )


def person_record(person: Any) -> Record:
    found: Record = {
        "identifikasjonsnummer": identifier(person.current[0].number if person.current else ""),
        "personstatus": "bosatt",
        "navn": {"fornavn": person.given_name, "etternavn": person.family_name},
        "adressebeskyttelse": GRADES[Protection(person.protection)],
    }
    if person.sex:
        found["kjoenn"] = person.sex
    if person.homes:
        home = person.homes[0]
        found["bostedsadresse"] = address(home.street, home.postal_code, home.city)
    return found


def child_record(pupil: Any) -> Record:
    born = pupil.person.birth_date
    return person_record(pupil.person) | {
        "foedselsdato": born.isoformat() if born else None,
        "foreldreansvarstype": "felles",
        "foreldreansvarlige": [guardian_record(row.guardian, row.responsibility) for row in pupil.responsible],
        "familierelasjoner": [],
    }


def guardian_record(person: Any, responsibility: str) -> Record:
    born = person.birth_date.isoformat() if person.birth_date else None
    return person_record(person) | {"ansvar": responsibility or "felles", "foedsel": born}


def identifier(number: str) -> Record:
    return {"foedselsEllerDNummer": number, "identifikatortype": "dNummer" if number[:1] >= "4" else "foedselsnummer"}


def address(street: str, postal_code: str, city: str) -> Record:
    place = {"poststed": {"postnummer": postal_code, "poststedsnavn": city}}
    return {"vegadresse": {"adressenavn": street} | place, "adressegradering": "ugradert"}


class Happened:
    """What has happened since last time, to a few families, the same each time."""

    def __init__(self, rng: Random) -> None:
        self.rng, self.numbers = rng, NationalIds(rng)
        self.numbers.used |= set(NationalId.objects.values_list("number", flat=True))

    def to(self, plain: list[Record]) -> list[Record]:
        """The records of families changed, in turn; those that suit no change are left out."""
        open_to_all = [r for r in plain if all(p["adressebeskyttelse"] == "ugradert" for p in people(r))]
        two = iter([r for r in open_to_all if len(r["foreldreansvarlige"]) == 2])
        ways = (
            [self.moved] * 6 + [self.renamed] * 3 + [self.lost] * 3 + [self.joined] * 3 + [self.doubled] * 2
            + [self.protected] * 2 + [self.dead, self.moved_out]
        )  # fmt: skip
        pairs = list(zip(ways, two, strict=False))
        pairs += [(self.opened, r) for r in plain if r["adressebeskyttelse"] == "fortrolig"][:2]
        newcomers = [self.newcomer(record) for record in open_to_all[-2:]]
        for way, record in pairs:
            way(record)
        return [record for _way, record in pairs] + newcomers

    def moved(self, record: Record) -> None:
        street = f"Nybrottveien {self.rng.randint(1, 90)}"
        for person in people(record):
            home = person.get("bostedsadresse") or address("", "9900", "FJORDVIK")
            person["bostedsadresse"] = home | {"vegadresse": home["vegadresse"] | {"adressenavn": street}}

    def renamed(self, record: Record) -> None:
        mother = record["foreldreansvarlige"][0]["navn"]["etternavn"]
        record["navn"] = record["navn"] | {"mellomnavn": mother}

    def lost(self, record: Record) -> None:
        del record["foreldreansvarlige"][1]

    def joined(self, record: Record) -> None:
        """A guardian we do not know yet instead of nobody."""
        record["foreldreansvarlige"].append(self.adult("Ask", "Nykommer", date(1984, 5, 1 + self.rng.randrange(28))))

    def doubled(self, record: Record) -> None:
        """A guardian with a D-number, of the same name and birth date as one we know: one human being, most likely."""
        known = record["foreldreansvarlige"][1]
        born = date.fromisoformat(known["foedsel"])
        twin = self.adult(known["navn"]["fornavn"], known["navn"]["etternavn"], born, is_d_number=True)
        record["foreldreansvarlige"][1] = twin

    def protected(self, record: Record) -> None:
        record["adressebeskyttelse"] = "fortrolig"

    def opened(self, record: Record) -> None:
        record["adressebeskyttelse"] = "ugradert"

    def dead(self, record: Record) -> None:
        record["foreldreansvarlige"][1]["personstatus"] = "doed"

    def moved_out(self, record: Record) -> None:
        record["personstatus"] = "utflyttet"

    def newcomer(self, record: Record) -> Record:
        """A child that has moved in, to guardians nobody here knows."""
        born = date.fromisoformat(record["foedselsdato"])
        adult = self.adult("Mai", "Innflytter", date(1986, 3, 1 + self.rng.randrange(28)))
        number = identifier(self.numbers.take(born, "mann"))
        name = {"fornavn": self.rng.choice(("Aksel", "Odin", "Jo")), "etternavn": "Innflytter"}
        return record | {"identifikasjonsnummer": number, "navn": name, "kjoenn": "mann", "foreldreansvarlige": [adult]}

    def adult(self, given: str, family: str, born: date, *, is_d_number: bool = False) -> Record:
        number = self.numbers.take(born, "mann", is_d_number=is_d_number)
        return {
            "identifikasjonsnummer": identifier(number),
            "personstatus": "bosatt",
            "navn": {"fornavn": given, "etternavn": family},
            "adressebeskyttelse": "ugradert",
            "bostedsadresse": address("Nybrottveien 1", "9900", "FJORDVIK"),
            "ansvar": "felles",
            "foedsel": born.isoformat(),
        }


def people(record: Record) -> list[Record]:
    return [record, *record["foreldreansvarlige"]]


def told() -> list[Record]:
    """What the register answers about the pupils, at most MOST: as things stand here, but for some it happened to."""
    plain = records(at_schools()[:MOST])
    changed = Happened(Random(f"{SEED}-later")).to(json.loads(json.dumps(plain[-400:])))
    latest = {number_of(record): record for record in changed}
    return [latest.pop(number_of(record), record) for record in plain] + list(latest.values())


def number_of(record: Record) -> str:
    return str(record["identifikasjonsnummer"]["foedselsEllerDNummer"])


def make_register_run() -> RegisterImport:
    """One run with a few of everything, so that there is something to decide about."""
    guarded = at_schools().filter(person__protection=Protection.CONFIDENTIAL)[:2]
    happened = Happened(Random(SEED)).to(records([*at_schools()[:300], *guarded]))
    run = runs.start(source=RegisterImport.Source.NIGHTLY, by=None)
    runs.read_file(run, io.BytesIO(json.dumps(happened).encode()))
    runs.confirm(run, by=None)
    runs.finish(run)
    return run
