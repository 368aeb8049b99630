"""A run of the population register with 200 000 persons against a plain COPY and upsert of as many rows.

The floor does what anyone would write: COPY to a staging table and one upsert into one table of persons. Ours does the
whole job: persons, numbers, addresses, pupils, relations, findings, and the change history of each row. Both are given
the records, not the file; how fast a file is read is a line of its own.
"""

import io
import json
import os
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from bench.measure import Comparison
from guardians.register import run as runs
from guardians.register.staging import Stage
from people.models import Address, Protection, RegisterImport
from people.register.reader import Entry, entries
from people.register.shape import RegisterAddress, RegisterChild, RegisterGuardian, RegisterPerson
from people.register.source import Source
from schoolapp.lib.national_id import complete

# A family is two children and three guardians.
PERSONS = int(os.environ.get("BENCH_PERSONS", "200000"))
SIZE = 5
FLOOR_TABLES = """
    DROP TABLE IF EXISTS bench_person, bench_staging;
    CREATE TABLE bench_person (id bigserial PRIMARY KEY, number varchar(11) UNIQUE, given varchar(200),
        family varchar(200), born date, sex varchar(8), street varchar(200), postal varchar(10), city varchar(60));
    CREATE INDEX ON bench_person (family, given);
    CREATE TABLE bench_staging (number varchar(11), given varchar(200), family varchar(200), born date,
        sex varchar(8), street varchar(200), postal varchar(10), city varchar(60))
"""
UPSERT = """
    INSERT INTO bench_person (number, given, family, born, sex, street, postal, city) SELECT * FROM bench_staging
    ON CONFLICT (number) DO UPDATE SET given = excluded.given, family = excluded.family, born = excluded.born,
        sex = excluded.sex, street = excluded.street, postal = excluded.postal, city = excluded.city
    WHERE (bench_person.given, bench_person.family, bench_person.street)
        IS DISTINCT FROM (excluded.given, excluded.family, excluded.street)
"""


@dataclass(frozen=True)
class Town:
    """Families by number; of those whose number divides by `changed_of` the name and street are new."""

    families: range
    changed_of: int = 0

    def persons(self, family: int) -> list[tuple[str, str, str, date, str, str]]:
        is_new = bool(self.changed_of) and family % self.changed_of == 0
        name, street = f"Benk{letters(family)}{'x' if is_new else ''}", f"Benkveien {family}{'B' if is_new else ''}"
        found = []
        for member in range(SIZE):
            born = date(2012 if member < 2 else 1980, 1, 1) + timedelta(days=family % 1000)
            found.append((f"9{family:07d}{member:03d}", f"Navn{letters(member)}", name, born, "kvinne", street))
        return found

    def entries(self) -> Iterator[Entry]:
        record = 0
        for family in self.families:
            people = [as_person(*values, record=record) for values in self.persons(family)]
            ties = tuple(RegisterGuardian(person.number, "felles", True, True) for person in people[2:])
            for child in people[:2]:
                record += 1
                yield Entry(record, "", RegisterChild(record, child, ties, True), people[2:])

    def rows(self) -> Iterator[tuple[Any, ...]]:
        for family in self.families:
            for number, given, name, born, sex, street in self.persons(family):
                yield number, given, name, born, sex, street, "0010", "BENKEVIK"


def letters(number: int) -> str:
    """A number as letters, since digits do not count in a name."""
    return "".join("bdfghjklmn"[int(digit)] for digit in str(number))


def as_person(
    number: str, given: str, family: str, born: date, sex: str, street: str, *, record: int
) -> RegisterPerson:
    home = RegisterAddress(Address.Kind.HOME, street, "0010", "BENKEVIK", Protection.NONE)
    return RegisterPerson(record, number, "", given, family, born, sex, "bosatt", Protection.NONE, (home,))


def run() -> Iterator[Comparison]:
    count = PERSONS // SIZE
    plain(FLOOR_TABLES)
    yield from reading()
    whole = Town(range(count))
    yield measured(f"register: {PERSONS} nye personer", whole)
    yield measured("register: uendret", whole)
    yield measured("register: 1 % endret", Town(range(count), changed_of=100))
    yield measured("register: 25 % nye og 75 % endret", Town(range(count // 4, count + count // 4), changed_of=1))
    print(f"register: mest minne i bruk {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    plain("DROP TABLE bench_person, bench_staging")


def measured(name: str, town: Town) -> Comparison:
    started = time.perf_counter()
    floor(town)
    least = time.perf_counter() - started
    started = time.perf_counter()
    ours(town)
    taken = time.perf_counter() - started
    return Comparison(name, f"COPY + upsert, {PERSONS / taken:.0f} rader/s mot {PERSONS / least:.0f}", taken, least, 1)


def ours(town: Town) -> None:
    one = runs.start(source=RegisterImport.Source.FILE, by=None, verifies=True)
    with transaction.atomic():
        locked = runs.lock(one)
        stage = Stage(locked, [])
        stage.take(town.entries())
        runs.end_reading(stage, [])
    runs.confirm(one, by=None)
    runs.finish(one)
    if one.state != RegisterImport.State.DONE:
        raise RuntimeError(f"the run ended as {one.state}")


def floor(town: Town) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE bench_staging")
        with cursor.copy("COPY bench_staging FROM STDIN") as target:
            for row in town.rows():
                target.write_row(row)
        cursor.execute(UPSERT)


def plain(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def reading() -> Iterator[Comparison]:
    """Records a second from the bytes of a file, against json.loads of the same."""
    born = date(2014, 5, 5)
    numbers = [n for n in (complete(f"058514{i:03d}") for i in range(500, 1000)) if n]
    records = [file_record(number, born) for number in numbers]
    content = json.dumps(records, ensure_ascii=False).encode()
    started = time.perf_counter()
    json.loads(content)
    least = time.perf_counter() - started
    started = time.perf_counter()
    read = sum(1 for _entry in entries(Source(io.BytesIO(content)), [], synthetic_allowed=True))
    taken = time.perf_counter() - started
    yield Comparison(f"register: lese {read} poster", f"json.loads, {read / taken:.0f} poster/s", taken, least, 1)


def file_record(number: str, born: date) -> dict[str, Any]:
    place = {"poststed": {"poststedsnavn": "BENKEVIK", "postnummer": "0010"}}
    person = {
        "identifikasjonsnummer": {"foedselsEllerDNummer": number, "identifikatortype": "foedselsnummer"},
        "personstatus": "bosatt",
        "navn": {"fornavn": "Benk", "etternavn": "Prøvesen"},
        "kjoenn": "kvinne",
        "bostedsadresse": {"vegadresse": {"adressenavn": "Benkveien"} | place, "adressegradering": "ugradert"},
    }
    guardian = person | {"ansvar": "felles", "foedsel": born.isoformat()}
    child = {"foedselsdato": born.isoformat(), "foreldreansvarstype": "felles", "familierelasjoner": []}
    return person | child | {"foreldreansvarlige": [guardian]}
