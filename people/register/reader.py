"""From records to plain values; what can not be understood refuses the file, with line and reason."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from people.models import Protection
from people.register.addresses import grade, read_addresses
from people.register.fields import Cursor
from people.register.remarks import Code, Remark, code_word
from people.register.shape import RegisterChild, RegisterGuardian, RegisterPerson
from people.register.source import Raw, Source
from schoolapp.lib import clock

PARENTAL = frozenset({"felles", "mor", "far", "medmor"})
RESPONSIBILITY = PARENTAL | {"andre", "ukjent"}
RESIDENT = frozenset({"", "bosatt", "midlertidig", "ikkeBosatt", "foedselsregistrert", "aktiv", "inaktiv"})
STATUSES = RESIDENT | {"utflyttet", "forsvunnet", "doed", "opphoert"}
SEXES = frozenset({"mann", "kvinne"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One record: the line it begins on, the child, and those responsible for it as persons.

    Two records with the same `fingerprint` say the same.
    """

    line: int
    fingerprint: str
    child: RegisterChild
    guardians: list[RegisterPerson]


def entries(source: Source, remarks: list[Remark], *, synthetic_allowed: bool) -> Iterator[Entry]:
    """The file's records, one by one. Raises FileRefused at the first fault, with line and reason.

    What can be told only from several records together is judged when all are on the staging tables.
    """
    reader = Reader(remarks, synthetic_allowed=synthetic_allowed, today=clock.today())
    for raw in source.records():
        yield reader.entry(raw)


class Reader:
    def __init__(self, remarks: list[Remark], *, synthetic_allowed: bool, today: date) -> None:
        self.remarks = remarks
        self.synthetic_allowed, self.today = synthetic_allowed, today

    def entry(self, raw: Raw) -> Entry:
        cursor = Cursor(raw.text, raw.line, raw.number, self.remarks, {}).as_object(raw.value)
        kind = cursor.one_of("foreldreansvarstype", RESPONSIBILITY)
        person = self.person(cursor, born="foedselsdato")
        if person is None:
            raise cursor.refuse(_("barnet mangler nummer"), "identifikasjonsnummer")
        if person.status not in RESIDENT:
            cursor.remark(Code.NOT_RESIDENT, code_word(person.status))
        if kind == "andre":
            cursor.remark(Code.RESPONSIBILITY_OTHERS)
        guardians: list[RegisterGuardian] = []
        persons: list[RegisterPerson] = []
        for entry in cursor.children("foreldreansvarlige"):
            guardian = self.person(entry, born="foedsel")
            if guardian is None:
                entry.remark(Code.GUARDIAN_WITHOUT_NUMBER)
                continue
            if any(g.number == guardian.number for g in guardians):
                raise entry.refuse(_("samme foreldreansvarlige står to ganger"), "identifikasjonsnummer")
            persons.append(guardian)
            guardians.append(self.guardian(entry, guardian, kind))
        child = RegisterChild(raw.number, person, tuple(guardians), person.status in RESIDENT)
        same = hashlib.md5(repr(raw.value).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
        return Entry(raw.line, same, child, persons)

    def guardian(self, entry: Cursor, person: RegisterPerson, kind: str) -> RegisterGuardian:
        """Whether the register documents parental responsibility for this person; anything else grants nothing.

        `kind` is what the child's own record says: when it gives the responsibility to one parent or to others, only
        entries that say the same are believed.
        """
        responsibility = entry.one_of("ansvar", RESPONSIBILITY)
        contradicted = kind in {"mor", "far", "medmor", "andre"} and responsibility != kind
        grants = responsibility in PARENTAL and not contradicted and person.status not in {"doed", "opphoert"}
        if person.status == "doed":
            entry.remark(Code.GUARDIAN_DECEASED)
        elif not grants and responsibility == "andre":
            if kind != "andre":
                entry.remark(Code.RESPONSIBILITY_OTHERS)
        elif not grants:
            entry.remark(Code.RESPONSIBILITY_UNCLEAR, code_word(responsibility) if responsibility else "ansvar")
        is_understood = not responsibility or responsibility in RESPONSIBILITY
        return RegisterGuardian(person.number, code_word(responsibility)[:20], grants, is_understood)

    def person(self, cursor: Cursor, *, born: str) -> RegisterPerson | None:
        """The person an object describes, or None where it carries no number."""
        number = cursor.national_id("identifikasjonsnummer", synthetic_allowed=self.synthetic_allowed)
        if number is None:
            return None
        former = cursor.national_id("tidligereIdentifikasjonsnummer", synthetic_allowed=self.synthetic_allowed)
        name = cursor.child("navn")
        given = f"{name.string('fornavn')} {name.string('mellomnavn')}".strip() if name else ""
        family = name.string("etternavn") if name else ""
        if name and len(given) > 200:
            raise name.refuse(_("er lengre enn 200 tegn"), "mellomnavn")
        if not given and not family:
            cursor.remark(Code.NAME_MISSING)
        birth_date = cursor.day(born)
        if birth_date is None:
            cursor.remark(Code.BIRTH_DATE_MISSING)
        elif not number.fits(birth_date):
            cursor.remark(Code.BIRTH_DATE_DIFFERS)
        addresses, strictest = read_addresses(cursor, today=self.today)
        protection = max(grade(cursor, "adressebeskyttelse"), strictest, key=lambda p: p.rank)
        sex = cursor.one_of("kjoenn", SEXES)
        return RegisterPerson(
            record=cursor.record,
            number=number.number,
            former_number=former.number if former and former.number != number.number else "",
            given_name=given,
            family_name=family,
            born=birth_date,
            sex=sex if sex in SEXES else "",
            status=cursor.one_of("personstatus", STATUSES),
            protection=protection,
            addresses=tuple(addresses) if protection != Protection.STRICT else (),
        )
