"""From a file to plain values: the whole file is understood before anything is changed."""

from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from people.models import Protection
from people.register.addresses import grade, read_addresses
from people.register.fields import Cursor
from people.register.remarks import Code, Remark, code_word
from people.register.shape import RegisterChild, RegisterFile, RegisterGuardian, RegisterPerson
from people.register.source import MAX_BYTES, FileRefused, read_text, records
from schoolapp.lib import clock

PARENTAL = frozenset({"felles", "mor", "far", "medmor"})
RESPONSIBILITY = PARENTAL | {"andre", "ukjent"}
RESIDENT = frozenset({"", "bosatt", "midlertidig", "ikkeBosatt", "foedselsregistrert", "aktiv", "inaktiv"})
STATUSES = RESIDENT | {"utflyttet", "forsvunnet", "doed", "opphoert"}
SEXES = frozenset({"mann", "kvinne"})


def read(path: Path, *, synthetic_allowed: bool, max_bytes: int = MAX_BYTES) -> RegisterFile:
    """The file's children and their guardians. Raises FileRefused at the first fault, with line and reason."""
    text, sha256 = read_text(path, max_bytes=max_bytes)
    found = RegisterFile(sha256)
    reader = Reader(text, found.remarks, synthetic_allowed=synthetic_allowed, today=clock.today())
    seen: dict[str, RegisterChild] = {}
    for number, at, value in records(text):
        child, guardians = reader.child(number, at, value)
        earlier = seen.get(child.person.number)
        if earlier == child:
            found.remarks.append(Remark(number, Code.REPEATED_RECORD.value))
            continue
        if earlier:
            reason = _("samme barn står i post {earlier} med annet innhold").format(earlier=earlier.record)
            raise FileRefused(reason, record=number, line=text.count("\n", 0, at) + 1)
        seen[child.person.number] = child
        found.children.append(child)
        for guardian in guardians:
            found.persons[guardian.number] = merged(found.persons.get(guardian.number), guardian)
    drop_superseded(found)
    for child in found.children:
        guardian_side = found.persons.get(child.person.number)
        found.persons[child.person.number] = merged(child.person, guardian_side or child.person)
    return found


def merged(first: RegisterPerson | None, other: RegisterPerson) -> RegisterPerson:
    """One person named in several records: the first description with the strictest protection of them all."""
    if first is None or first.protection.rank >= other.protection.rank:
        return first or other
    return RegisterPerson(
        first.record,
        first.number,
        first.former_number,
        first.given_name,
        first.family_name,
        first.born,
        first.sex,
        first.status,
        other.protection,
        first.addresses,
    )


def drop_superseded(found: RegisterFile) -> None:
    """Leave out records whose number has ceased and is told of by the record that continues it.

    Raises FileRefused when two living records claim one number.
    """
    claims: dict[str, int] = {}
    for child in found.children:
        former = child.person.former_number
        if former and claims.setdefault(former, child.record) != child.record:
            raise FileRefused(_("to poster oppgir samme tidligere nummer"), record=child.record)
    kept = []
    for child in found.children:
        heir = claims.get(child.person.number)
        if heir is None:
            kept.append(child)
        elif child.person.status == "opphoert":
            found.remarks.append(Remark(child.record, Code.SUPERSEDED.value))
        else:
            raise FileRefused(
                _("nummeret er også tidligere nummer i post {heir}").format(heir=heir), record=child.record
            )
    found.children = kept


class Reader:
    def __init__(self, text: str, remarks: list[Remark], *, synthetic_allowed: bool, today: date) -> None:
        self.text, self.remarks = text, remarks
        self.synthetic_allowed, self.today = synthetic_allowed, today

    def child(self, record: int, at: int, value: Any) -> tuple[RegisterChild, list[RegisterPerson]]:
        """One record: the child with those responsible for it, and those as persons."""
        top = Cursor(self.text, at, record, self.remarks, {})
        cursor = top.as_object(value)
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
        child = RegisterChild(record, person, tuple(guardians), person.status in RESIDENT)
        return child, persons

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
