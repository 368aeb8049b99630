"""Writing register persons: created, renumbered, renamed, moved. Protection is switched on here, never off."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accessctl.models import User
from people.models import PROTECTION_FIELDS, Address, NationalId, Person, Protection, ProtectionSource
from people.register.remarks import Code, Remark
from people.register.shape import RegisterAddress, RegisterPerson
from schoolapp.lib import clock

BATCH = 2000


@dataclass
class Written:
    """What writing a batch led to. `raised` are persons whose protection was raised or who came protected."""

    persons: dict[str, Person] = field(default_factory=dict)
    raised: set[int] = field(default_factory=set)
    renamed: set[int] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    remarks: list[Remark] = field(default_factory=list)


@transaction.atomic
def write_persons(batch: Iterable[RegisterPerson]) -> Written:
    """Create or bring up to date the persons of a batch, with a fixed number of queries."""
    written = Written()
    people = list(batch)
    known = numbers_of(people)
    newcomers, renumbered = [], []
    for entry in people:
        person, former = known.get(entry.number), known.get(entry.former_number)
        if person and former and person.pk != former.pk:
            remark(written, entry, Code.TWO_PERSONS)
        elif person is None and former is not None:
            renumbered.append((entry, former))
        elif person is None:
            newcomers.append(entry)
        if found := person or former:
            written.persons[entry.number] = found
    change_numbers(written, renumbered)
    keep_former_numbers(written, people, known)
    update_details(written, people)
    create(written, newcomers)
    write_addresses(written, people)
    return written


def numbers_of(people: list[RegisterPerson]) -> dict[str, Person]:
    """The persons behind all current and former numbers of the batch; one object for one person."""
    wanted = {n for entry in people for n in (entry.number, entry.former_number) if n}
    rows = NationalId.objects.filter(number__in=wanted).select_related("person").select_for_update(of=("self",))
    one_each: dict[int, Person] = {}
    return {row.number: one_each.setdefault(row.person_id, row.person) for row in rows}


def change_numbers(written: Written, renumbered: list[tuple[RegisterPerson, Person]]) -> None:
    """A new number for someone known by an earlier one: the person stays, the old number becomes history."""
    NationalId.objects.filter(person__in=[p.pk for _entry, p in renumbered], is_current=True).update(is_current=False)
    NationalId.objects.bulk_create(NationalId(person=person, number=entry.number) for entry, person in renumbered)
    written.counts["numbers_changed"] += len(renumbered)


def keep_former_numbers(written: Written, people: list[RegisterPerson], known: dict[str, Person]) -> None:
    """Former numbers not seen before, kept so that an old reference still finds the person."""
    rows = [
        NationalId(person=written.persons[entry.number], number=entry.former_number, is_current=False)
        for entry in people
        if entry.former_number and entry.former_number not in known and entry.number in written.persons
    ]
    NationalId.objects.bulk_create(rows)
    written.counts["former_numbers_added"] += len(rows)


def create(written: Written, newcomers: list[RegisterPerson]) -> None:
    persons = Person.objects.bulk_create([new_person(entry) for entry in newcomers], batch_size=BATCH)
    numbers = []
    for entry, person in zip(newcomers, persons, strict=True):
        written.persons[entry.number] = person
        numbers.append(NationalId(person=person, number=entry.number))
        if entry.former_number:
            numbers.append(NationalId(person=person, number=entry.former_number, is_current=False))
        if person.is_protected:
            note_protection(written, entry, person)
    NationalId.objects.bulk_create(numbers, batch_size=BATCH)
    written.counts["persons_created"] += len(persons)


def new_person(entry: RegisterPerson) -> Person:
    person = Person(given_name=entry.given_name, family_name=entry.family_name, birth_date=entry.born, sex=entry.sex)
    if entry.protection != Protection.NONE:
        person.note_raised(entry.protection, ProtectionSource.REGISTER)
    return person


def update_details(written: Written, people: list[RegisterPerson]) -> None:
    """Name, birth date and sex where the register has them; protection only upwards."""
    changed: dict[int, Person] = {}
    seen: set[int] = set()
    for entry in people:
        person = written.persons.get(entry.number)
        if person is None or person.pk in seen:
            continue
        seen.add(person.pk)
        if entry.given_name or entry.family_name:
            name = (entry.given_name, entry.family_name)
            if (person.given_name, person.family_name) != name:
                person.given_name, person.family_name = name
                written.renamed.add(person.pk)
                changed[person.pk] = person
        for attribute, value in (("birth_date", entry.born), ("sex", entry.sex)):
            if value and getattr(person, attribute) != value:
                setattr(person, attribute, value)
                changed[person.pk] = person
        stands = Protection(person.protection)
        if entry.protection.rank > stands.rank:
            person.note_raised(entry.protection, ProtectionSource.REGISTER)
            changed[person.pk] = person
            note_protection(written, entry, person)
        elif entry.protection.rank < stands.rank:
            remark(written, entry, Code.PROTECTION_LOWER)
    fields = ["given_name", "family_name", "birth_date", "sex", *PROTECTION_FIELDS]
    Person.objects.bulk_update(changed.values(), fields, batch_size=BATCH)
    hide_names(written.raised)
    written.counts["persons_updated"] += len(changed)


def hide_names(protected: set[int]) -> None:
    """A user's name stands in menus, lists and logs, so that of somebody newly protected goes at once."""
    if protected:
        User.objects.filter(person__in=protected).update(display_name=str(_("Skjermet person")))


def note_protection(written: Written, entry: RegisterPerson, person: Person) -> None:
    written.raised.add(person.pk)
    written.counts["protection_switched_on"] += 1
    remark(written, entry, Code.PROTECTION_ON)


def write_addresses(written: Written, people: list[RegisterPerson]) -> None:
    """Close addresses that no longer hold and open the new ones. Of a strictly protected person no text is kept."""
    by_person: dict[int, dict[str, list[Address]]] = {}
    ids = [person.pk for person in written.persons.values()]
    open_rows = Address.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today()))
    for row in open_rows.filter(person__in=ids).order_by("pk"):
        by_person.setdefault(row.person_id, {}).setdefault(row.kind, []).append(row)
    changed: list[Address] = []
    opened: list[Address] = []
    done = set()
    for entry in people:
        person = written.persons[entry.number]
        if person.pk in done:
            continue
        done.add(person.pk)
        wanted = {} if person.protection == Protection.STRICT else {a.kind: a for a in entry.addresses}
        for kind in Address.Kind.values:
            standing = by_person.get(person.pk, {}).get(kind, [])
            settle(person, standing, wanted.get(kind), changed, opened)
    Address.objects.bulk_update(changed, ["protection", "valid_to"], batch_size=BATCH)
    Address.objects.bulk_create(opened, batch_size=BATCH)
    written.counts["addresses_changed"] += len(changed)
    written.counts["addresses_opened"] += len(opened)
    strict = [person.pk for person in written.persons.values() if person.protection == Protection.STRICT]
    told = Address.objects.filter(person__in=strict).exclude(street="", postal_code="", city="")
    written.counts["addresses_blanked"] += told.update(street="", postal_code="", city="")


def settle(
    person: Person,
    standing: list[Address],
    wanted: RegisterAddress | None,
    changed: list[Address],
    opened: list[Address],
) -> None:
    """Bring the open addresses of one kind in line with the wanted one."""
    kept = False
    for row in standing:
        if wanted and not kept and same_place(row, wanted):
            kept = True
            grade = max(Protection(row.protection), wanted.protection, key=lambda p: p.rank)
            if (row.protection, row.valid_to) != (grade, wanted.valid_to):
                row.protection, row.valid_to = grade, wanted.valid_to
                changed.append(row)
            continue
        last_day = max(row.valid_from, clock.today() - timedelta(days=1))
        if row.valid_to is None or row.valid_to > last_day:
            row.valid_to = last_day
            changed.append(row)
    if wanted and not kept:
        opened.append(
            Address(
                person=person,
                kind=wanted.kind,
                street=wanted.street,
                postal_code=wanted.postal_code,
                city=wanted.city,
                protection=wanted.protection,
                valid_from=wanted.valid_from or clock.today(),
                valid_to=wanted.valid_to,
            )
        )


def same_place(row: Address, wanted: RegisterAddress) -> bool:
    """Whether a stored address is the wanted one; one that was closed today stays closed."""
    if row.valid_to == clock.today() != wanted.valid_to and row.valid_from == clock.today():
        return False
    return (row.street, row.postal_code, row.city) == (wanted.street, wanted.postal_code, wanted.city)


def remark(written: Written, entry: RegisterPerson, code: Code) -> None:
    written.remarks.append(Remark(entry.record, code.value))
