"""From records to the staging tables by COPY, and what only the records together can tell."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from guardians.register.sql import RANKS, rank, rows, run_all, run_sql
from people.models import Protection, RegisterImport
from people.register.reader import Entry
from people.register.remarks import Code, Remark
from people.register.shape import RegisterPerson
from people.register.source import FileRefused
from students.names import filed

BATCH = 5000
# A run tells of so many oddities one by one; of the rest it tells the number.
MOST_REMARKS = 2000
# Brothers and sisters mostly stand near each other; of so many persons we remember that they are told of already.
REMEMBERED = 20_000
PERSONS = (
    "seq, record, line, is_child, is_resident, number, former_number, given_name, family_name, sort_name, born,"
    " sex, status, protection, fingerprint"
)
ADDRESSES = "seq, kind, street, postal_code, city, protection, valid_from, valid_to"
TIES = "child_seq, number, responsibility, grants, is_understood, is_dead"
# Where a record is read, by where it waits to be written: what is read and nothing to write about never gets there.
TABLES = {
    "read_person": ("guardians_stagedperson", PERSONS),
    "read_address": ("guardians_stagedaddress", ADDRESSES),
    "read_tie": ("guardians_stagedtie", TIES),
}


class Stage:
    """Collects the records of one run and copies them in batches to tables that end with the transaction.

    Memory does not grow with the source.
    """

    def __init__(self, run: RegisterImport, remarks: list[Remark]) -> None:
        self.run, self.remarks = run, remarks
        run_all(
            "DROP TABLE IF EXISTS " + ", ".join(f"pg_temp.{table}" for table in TABLES),
            *(
                f"CREATE TEMP TABLE {table} ON COMMIT DROP AS SELECT {columns} FROM {kept} WITH NO DATA"
                for table, (kept, columns) in TABLES.items()
            ),
        )
        # Only KS Fiks is asked piece by piece.
        earlier = "SELECT coalesce(max(seq), 0) FROM guardians_stagedperson WHERE run_id = %s"
        self.seq = rows(earlier, [run.pk])[0][0] if run.fetched else 0
        self.persons: list[tuple[Any, ...]] = []
        self.addresses: list[tuple[Any, ...]] = []
        self.ties: list[tuple[Any, ...]] = []
        self.told: dict[str, RegisterPerson] = {}
        self.counts: Counter[str] = Counter()

    def take(self, entries: Iterable[Entry]) -> int:
        """Copy all the entries and say how many there were. Raises FileRefused as the entries do."""
        number = 0
        for number, entry in enumerate(entries, 1):  # noqa: B007
            self.add(entry)
            if len(self.persons) >= BATCH:
                self.flush()
        self.flush()
        return number

    def add(self, entry: Entry) -> None:
        child = entry.child
        child_seq = self.add_person(child.person, entry, is_child=True, fingerprint=entry.fingerprint)
        dead = {guardian.number for guardian in entry.guardians if guardian.status == "doed"}
        for guardian in entry.guardians:
            if self.told.get(guardian.number) != guardian:
                self.told[guardian.number] = guardian
                self.add_person(guardian, entry, is_child=False, fingerprint="")
        self.ties += [
            (child_seq, g.number, g.responsibility, g.grants, g.is_understood, g.number in dead)
            for g in child.guardians
        ]

    def add_person(self, person: RegisterPerson, entry: Entry, *, is_child: bool, fingerprint: str) -> int:
        self.seq += 1
        name = filed(f"{person.family_name} {person.given_name}") if is_child else ""
        self.persons.append(
            (
                self.seq,
                person.record,
                entry.line,
                is_child,
                entry.child.is_resident if is_child else True,
                person.number,
                person.former_number,
                person.given_name,
                person.family_name,
                name,
                person.born,
                person.sex,
                person.status,
                person.protection.value,
                fingerprint,
            )
        )
        for a in person.addresses:
            self.addresses.append(
                (self.seq, a.kind, a.street, a.postal_code, a.city, a.protection.value, a.valid_from, a.valid_to)
            )
        return self.seq

    def flush(self) -> None:
        copy("read_person", PERSONS, self.persons)
        copy("read_address", ADDRESSES, self.addresses)
        copy("read_tie", TIES, self.ties)
        for waiting in (self.persons, self.addresses, self.ties):
            waiting.clear()
        if len(self.told) > REMEMBERED:
            self.told.clear()
        self.counts["remarks"] += max(0, len(self.remarks) - MOST_REMARKS)
        del self.remarks[MOST_REMARKS:]

    def keep(self, which: str = "") -> None:
        """Let what has been read wait, in tables that outlive the transaction; `which` narrows to some persons."""
        statements = []
        for table, (kept, columns) in TABLES.items():
            seq = columns.split(",")[0]
            chosen = f" WHERE {seq} IN (SELECT seq FROM chosen)" if which else ""
            run = int(self.run.pk)
            statements.append(f"INSERT INTO {kept} (run_id, {columns}) SELECT {run}, {columns} FROM {table}{chosen}")
        if which:
            statements.insert(0, f"CREATE TEMP TABLE chosen ON COMMIT DROP AS {which}")
            statements.insert(0, "DROP TABLE IF EXISTS pg_temp.chosen")
        run_all(*statements)

    def take_up(self) -> None:
        """Go on with what an earlier transaction let wait."""
        for table, (kept, columns) in TABLES.items():
            run_sql(f"INSERT INTO {table} SELECT {columns} FROM {kept} WHERE run_id = %s", [self.run.pk])
            run_sql(f"DELETE FROM {kept} WHERE run_id = %s", [self.run.pk])


def copy(table: str, columns: str, values: list[tuple[Any, ...]]) -> None:
    if not values:
        return
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as target:
        for value in values:
            target.write_row(value)


def settle() -> Iterator[Remark]:
    """Judge what the records say together, and leave one row for each person, with the strictest protection named.

    Raises FileRefused when the same child is told of in two ways, or two living records claim one number.
    """
    # Compiling these statements takes longer than they do, and a rough idea of what is read is enough to plan by.
    run_all("SET LOCAL jit = off", "SET LOCAL default_statistics_target = 10", "ANALYZE " + ", ".join(TABLES))
    yield from repeated()
    if rows("SELECT EXISTS (SELECT FROM read_person WHERE former_number <> '')")[0][0]:
        yield from renumbered()
    one_row_each()


def renumbered() -> Iterator[Remark]:
    two = rows(
        "SELECT record, line FROM (SELECT record, line, row_number() OVER (PARTITION BY former_number ORDER BY seq) n"
        " FROM read_person WHERE is_child AND former_number <> '') c WHERE n > 1 ORDER BY record LIMIT 1"
    )
    if two:
        raise FileRefused(_("to poster oppgir samme tidligere nummer"), record=two[0][0], line=two[0][1])
    yield from superseded()


def repeated() -> Iterator[Remark]:
    same = rows(
        "SELECT seq, record, line, fingerprint, first_print, first_record FROM (SELECT *,"
        " first_value(fingerprint) OVER w first_print, first_value(record) OVER w first_record, row_number() OVER w n"
        " FROM read_person WHERE number IN"
        " (SELECT number FROM read_person WHERE is_child GROUP BY number HAVING count(*) > 1) AND is_child"
        " WINDOW w AS (PARTITION BY number ORDER BY seq)) c WHERE n > 1 ORDER BY record"
    )
    for _seq, record, line, own, first, earlier in same:
        if own != first:
            reason = _("samme barn står i post {earlier} med annet innhold").format(earlier=earlier)
            raise FileRefused(reason, record=record, line=line)
        yield Remark(record, Code.REPEATED_RECORD.value)
    drop_children([row[0] for row in same])


def superseded() -> Iterator[Remark]:
    """Leave out records whose number has ceased and is told of by the record that continues it."""
    gone = rows(
        "SELECT c.seq, c.record, c.line, c.status, heir.record FROM read_person c"
        " JOIN read_person heir ON heir.is_child AND heir.former_number = c.number"
        " WHERE c.is_child AND heir.former_number <> '' ORDER BY c.record"
    )
    for _seq, record, line, status, heir in gone:
        if status != "opphoert":
            reason = _("nummeret er også tidligere nummer i post {heir}").format(heir=heir)
            raise FileRefused(reason, record=record, line=line)
        yield Remark(record, Code.SUPERSEDED.value)
    drop_children([row[0] for row in gone])


def drop_children(seqs: list[int]) -> None:
    if seqs:
        run_sql("DELETE FROM read_tie WHERE child_seq = ANY (%s)", [seqs])
        run_sql("DELETE FROM read_address WHERE seq = ANY (%s)", [seqs])
        run_sql("DELETE FROM read_person WHERE seq = ANY (%s)", [seqs])


def one_row_each() -> None:
    """A person named in several records: the child's own record or the first one, with the strictest protection."""
    run_all(
        "DROP TABLE IF EXISTS pg_temp.several",
        "CREATE TEMP TABLE several AS SELECT seq,"
        f" row_number() OVER (PARTITION BY number ORDER BY is_child DESC, seq) n, max({rank('protection')})"
        " OVER (PARTITION BY number) strictest FROM read_person WHERE number IN"
        " (SELECT number FROM read_person GROUP BY number HAVING count(*) > 1)",
        f"UPDATE read_person p SET protection = ({RANKS})[s.strictest] FROM several s"
        f" WHERE p.seq = s.seq AND s.n = 1 AND {rank('p.protection')} < s.strictest",
        "DELETE FROM read_address a USING several s WHERE a.seq = s.seq AND s.n > 1",
        "DELETE FROM read_person p USING several s WHERE p.seq = s.seq AND s.n > 1",
        "DROP TABLE several",
        "DELETE FROM read_address a USING read_person p"
        f" WHERE p.seq = a.seq AND p.protection = '{Protection.STRICT.value}'",
    )


def clear(run: RegisterImport) -> None:
    """What was read is kept no longer than it takes to write it."""
    tables = ("stagedtie", "stagedaddress", "stagedperson", "stagednumber")
    run_all(*(f"DELETE FROM guardians_{table} WHERE run_id = {int(run.pk)}" for table in tables))
