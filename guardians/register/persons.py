"""Writing a chunk of persons: created, renumbered, renamed, moved. Protection is switched on here, never off."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from accessctl.journal.tracking import told_of_by_another
from accessctl.models import User
from guardians.actions import close_portals
from guardians.models import RegisterFinding
from guardians.register.sql import RANKS, insert, rank, rows, run_sql
from people.models import Address, NationalId, Person, Protection, ProtectionSource, RegisterImport, review_day
from people.register.remarks import Code, Remark
from schoolapp.lib import clock

Kind, State = RegisterFinding.Kind, RegisterFinding.State


@dataclass
class Written:
    counts: Counter[str] = field(default_factory=Counter)
    remarks: list[Remark] = field(default_factory=list)

    def remark(self, records: list[int], code: Code) -> None:
        self.remarks += [Remark(record, code.value) for record in records]


# One row per person of the chunk, with what is different. A record with a number that is no longer the person's renames
# nobody.
CHUNK = f"""
    DROP TABLE IF EXISTS pg_temp.chunk;
    CREATE TEMP TABLE chunk AS
    SELECT k.*, coalesce(k.known_id, nextval((SELECT pg_get_serial_sequence('people_person', 'id')::regclass)))
            AS person_id,
        k.known_id IS NULL AS is_new, p.protection_source AS source, k.is_known AND NOT k.is_repeat AS is_met,
        NOT k.is_repeat AND coalesce(k.names AND (k.given_name <> '' OR k.family_name <> '')
            AND (p.given_name, p.family_name) IS DISTINCT FROM (k.given_name, k.family_name) AND k.is_known, false)
            AS is_renamed,
        NOT k.is_repeat AND coalesce(k.names AND (k.born IS NOT NULL AND p.birth_date IS DISTINCT FROM k.born
            OR k.sex <> '' AND p.sex <> k.sex) AND k.is_known, false) AS is_corrected,
        NOT k.is_repeat AND coalesce({rank("k.protection")} > {rank("p.protection")}, false) AS is_raised,
        NOT k.is_repeat AND coalesce({rank("k.protection")} < {rank("p.protection")}, false) AS is_lower,
        k.is_dead AND NOT k.is_repeat AND p.deceased_on IS NULL AS dies,
        'strict' IN (k.protection, coalesce(p.protection, '')) AS is_strict
    FROM (
        SELECT s.seq, s.record, s.number, s.former_number, s.given_name, s.family_name, s.born, s.sex, s.protection,
            s.status = 'doed' AS is_dead, coalesce(n.person_id, f.person_id) AS known_id, f.person_id AS former_id,
            coalesce(n.person_id, f.person_id) IS NOT NULL AS is_known,
            n.person_id IS NULL AND f.person_id IS NOT NULL AS is_renumbered,
            coalesce(n.person_id <> f.person_id, false) AS is_two, coalesce(n.is_current, true) AS names,
            row_number() OVER (PARTITION BY coalesce(n.person_id, f.person_id, -s.seq) ORDER BY s.seq) > 1 AS is_repeat
        FROM guardians_stagedperson s
        LEFT JOIN people_nationalid n ON n.number = s.number
        LEFT JOIN people_nationalid f ON f.number = s.former_number AND s.former_number <> ''
        WHERE s.run_id = %s AND s.seq > %s AND s.seq <= %s
    ) k LEFT JOIN people_person p ON p.id = k.known_id
"""
# What a chunk has none of need not be written; most chunks have little of most things.
HAS = """
    SELECT bool_or(is_new), bool_or(is_met), bool_or(is_renumbered), bool_or(former_number <> ''),
        bool_or(is_renamed OR is_corrected OR is_raised), bool_or(is_two OR is_lower OR dies),
        bool_or(is_raised OR is_new AND protection <> 'none'), bool_or(is_strict)
    FROM chunk
"""


@dataclass(frozen=True)
class Has:
    """Whether the chunk holds such persons at all."""

    new: bool
    met: bool
    renumbered: bool
    former: bool
    different: bool
    waiting: bool
    protected: bool
    strict: bool


def write_persons(run: RegisterImport, after: int, until: int) -> Written:
    """Bring the persons staged after number `after`, and up to `until`, up to date, in a fixed number of queries."""
    written = Written()
    run_sql(CHUNK, [run.pk, after, until])
    has = Has(*(bool(told) for told in rows(HAS)[0]))
    if has.renumbered:
        renumber(written)
    if has.new:
        create(written)
    if has.different:
        update_details(written)
    if has.waiting:
        find_decisions(run, written)
    moved = write_addresses(run, written, has)
    note_what_is_done(run, moved)
    if has.protected:
        written.counts["portals_closed"] += close_portals(protect(written))
    return written


def renumber(written: Written) -> None:
    """New numbers of known persons."""
    run_sql(
        "UPDATE people_nationalid n SET is_current = false FROM chunk c"
        " WHERE c.is_renumbered AND n.person_id = c.person_id AND n.is_current"
    )
    given = {"person_id": "person_id", "number": "number", "is_current": "true"}
    written.counts["numbers_changed"] += insert(NationalId, given, "chunk WHERE is_renumbered AND NOT is_repeat", [])


def create(written: Written) -> None:
    today = clock.today()
    given = {
        "id": "person_id",
        "given_name": "given_name",
        "family_name": "family_name",
        "birth_date": "born",
        "sex": "sex",
        "protection": "protection",
        "protection_source": f"CASE WHEN protection = 'none' THEN '' ELSE '{ProtectionSource.REGISTER.value}' END",
        "protected_since": f"CASE WHEN protection <> 'none' THEN date '{today}' END",
        "protection_review_on": f"CASE WHEN protection = 'client' THEN date '{review_day(today)}' END",
    }
    written.counts["persons_created"] += insert(Person, given, "chunk WHERE is_new", [])


def update_details(written: Written) -> None:
    """Name, birth date and sex where the register has them; protection only upwards."""
    today = clock.today()
    written.counts["persons_updated"] += run_sql(
        "UPDATE people_person p SET"
        " given_name = CASE WHEN is_renamed THEN c.given_name ELSE p.given_name END,"
        " family_name = CASE WHEN is_renamed THEN c.family_name ELSE p.family_name END,"
        " birth_date = CASE WHEN is_corrected THEN coalesce(c.born, p.birth_date) ELSE p.birth_date END,"
        " sex = CASE WHEN is_corrected THEN coalesce(nullif(c.sex, ''), p.sex) ELSE p.sex END,"
        " protection = CASE WHEN is_raised THEN c.protection ELSE p.protection END,"
        " protection_source = CASE WHEN is_raised THEN %s ELSE p.protection_source END,"
        " protected_since = CASE WHEN is_raised AND p.protection = 'none' THEN %s ELSE p.protected_since END,"
        " protection_review_on = CASE WHEN is_raised AND c.protection = 'client' THEN %s"
        "   ELSE p.protection_review_on END"
        " FROM chunk c WHERE p.id = c.person_id AND (is_renamed OR is_corrected OR is_raised)",
        [ProtectionSource.REGISTER.value, today, review_day(today)],
    )


def protect(written: Written) -> set[int]:
    """Those newly protected. A user's name stands in menus, lists and logs, so that of each goes at once."""
    found = rows("SELECT record, person_id FROM chunk WHERE is_raised OR is_new AND protection <> 'none'")
    written.remark([record for record, _pk in found], Code.PROTECTION_ON)
    written.counts["protection_switched_on"] += len(found)
    ids = {pk for _record, pk in found}
    User.objects.filter(person__in=ids).update(display_name=str(_("Skjermet person")))
    return ids


def find_decisions(run: RegisterImport, written: Written) -> None:
    """What a person must decide: two persons who are one, protection the register has lowered, and deaths.

    Protection set by the school or the municipality is not the register's to lower, so that is only remarked on. One
    that waits, or was turned down, is not asked about again.
    """
    for record, is_two, is_lower in rows("SELECT record, is_two, is_lower FROM chunk WHERE is_two OR is_lower"):
        written.remark([record] if is_two else [], Code.TWO_PERSONS)
        written.remark([record] if is_lower else [], Code.PROTECTION_LOWER)
    asked = [
        (Kind.DUPLICATE, "''", "former_id", "is_two"),
        (Kind.LOST_PROTECTION, "protection", NOBODY, f"is_lower AND source = '{ProtectionSource.REGISTER.value}'"),
        (Kind.DEAD, "''", NOBODY, "dies"),
    ]
    waiting = (
        f"({found_in_chunk(asked)}) found WHERE NOT EXISTS (SELECT FROM guardians_registerfinding f"
        " WHERE f.person_id = found.person_id AND f.kind = found.kind"
        " AND f.other_id IS NOT DISTINCT FROM found.other_id"
        " AND (f.state = 'waiting' OR f.state = 'rejected' AND f.detail = found.detail))"
    )
    kinds = Counter(kind for (kind,) in note(run, State.WAITING, waiting, returning="kind"))
    written.counts["protection_lower"] += kinds[Kind.LOST_PROTECTION]
    written.counts["deaths"] += kinds[Kind.DEAD]


def note_what_is_done(run: RegisterImport, moved: list[int]) -> None:
    done = [
        (Kind.NEW, "''", NOBODY, "is_new"),
        (Kind.PROTECTED, "protection", NOBODY, "is_raised OR is_new AND protection <> 'none'"),
        (Kind.CHANGED, "'number'", NOBODY, "is_renumbered AND NOT is_repeat"),
        (Kind.CHANGED, "'name'", NOBODY, "is_renamed"),
        (Kind.CHANGED, "'details'", NOBODY, "is_corrected AND NOT is_renamed"),
    ]
    if moved:
        done.append((Kind.MOVED, "''", NOBODY, "is_met AND person_id = ANY (%s)"))
    note(run, State.NOTED, f"({found_in_chunk(done)}) found", [moved] if moved else [])


NOBODY = "NULL::bigint"


def found_in_chunk(kinds: list[tuple[RegisterFinding.Kind, str, str, str]]) -> str:
    """One row for each person of the chunk to whom it applies, for each kind with its detail, other and condition."""
    return " UNION ALL ".join(
        f"SELECT '{kind.value}' AS kind, person_id, {other} AS other_id, {detail} AS detail FROM chunk WHERE {applies}"
        for kind, detail, other, applies in kinds
    )


def note(
    run: RegisterImport,
    state: RegisterFinding.State,
    source: str,
    values: list[Any] | None = None,
    *,
    returning: str = "",
) -> Any:
    given = {"run_id": str(int(run.pk)), "state": f"'{state.value}'"}
    given |= {name: name for name in ("kind", "person_id", "other_id", "detail")}
    return insert(RegisterFinding, given, source, values or [], returning=returning)


def write_addresses(run: RegisterImport, written: Written, has: Has) -> list[int]:
    """Close addresses that no longer hold and open the new ones; gives known persons to whom that happened.

    Of a strictly protected person no text is kept.
    """
    today = clock.today()
    run_sql(
        "DROP TABLE IF EXISTS pg_temp.wanted, pg_temp.standing;"
        "CREATE TEMP TABLE wanted AS SELECT c.person_id, c.is_new, a.kind, a.street, a.postal_code, a.city,"
        " a.protection, a.valid_from, a.valid_to FROM guardians_stagedaddress a JOIN chunk c ON c.seq = a.seq"
        " JOIN people_person p ON p.id = c.person_id"
        " WHERE a.run_id = %s AND a.seq > 0 AND NOT c.is_repeat AND p.protection <> %s",
        [run.pk, Protection.STRICT.value],
    )
    given = {
        name: name for name in ("person_id", "kind", "street", "postal_code", "city", "protection", "valid_to")
    } | {"valid_from": f"coalesce(valid_from, date '{today}')"}
    if has.new:
        # That somebody is new says also that number and address are, so the history has no lines for them.
        with told_of_by_another(NationalId, Address):
            current = {"person_id": "person_id", "number": "number", "is_current": "true"}
            insert(NationalId, current, "chunk WHERE is_new", [])
            written.counts["addresses_opened"] += insert(Address, given, "wanted WHERE is_new", [])
    if has.former:
        former = {"person_id": "person_id", "number": "former_number", "is_current": "false"}
        unknown = (
            "chunk c WHERE former_number <> '' AND NOT EXISTS"
            " (SELECT FROM people_nationalid n WHERE n.number = c.former_number)"
        )
        written.counts["former_numbers_added"] += insert(NationalId, former, unknown, [])
    moved = move(written, given) if has.met else []
    if has.strict:
        written.counts["addresses_blanked"] += run_sql(
            "UPDATE people_address r SET street = '', postal_code = '', city = '' FROM chunk c, people_person p"
            " WHERE r.person_id = c.person_id AND p.id = c.person_id AND p.protection = %s"
            " AND (r.street <> '' OR r.postal_code <> '' OR r.city <> '')",
            [Protection.STRICT.value],
        )
    return moved


def move(written: Written, given: dict[str, str]) -> list[int]:
    """The addresses of those known before, as wanted. One that was closed today stays closed."""
    today = clock.today()
    run_sql(
        "CREATE TEMP TABLE standing AS SELECT r.id, r.person_id, r.kind, w.valid_to AS new_end,"
        f" ({RANKS})[greatest({rank('r.protection')}, {rank('w.protection')})] AS new_grade,"
        " w.person_id IS NOT NULL AND row_number() OVER"
        "   (PARTITION BY r.person_id, r.kind, w.person_id IS NULL ORDER BY r.id) = 1 AS is_kept"
        " FROM people_address r JOIN chunk c ON c.person_id = r.person_id AND c.is_met"
        " LEFT JOIN wanted w ON w.person_id = r.person_id AND w.kind = r.kind AND w.street = r.street"
        "   AND w.postal_code = r.postal_code AND w.city = r.city"
        "   AND NOT (r.valid_to IS NOT NULL AND r.valid_to = %(today)s AND r.valid_from = %(today)s"
        "     AND w.valid_to IS DISTINCT FROM %(today)s)"
        " WHERE r.valid_to IS NULL OR r.valid_to >= %(today)s".replace("%(today)s", f"date '{today}'")
    )
    closed = rows(
        "UPDATE people_address r SET protection = CASE WHEN s.is_kept THEN s.new_grade ELSE r.protection END,"
        " valid_to = CASE WHEN s.is_kept THEN s.new_end ELSE greatest(r.valid_from, %s) END FROM standing s"
        " WHERE r.id = s.id AND (s.is_kept AND (r.protection <> s.new_grade OR r.valid_to IS DISTINCT FROM s.new_end)"
        " OR NOT s.is_kept AND (r.valid_to IS NULL OR r.valid_to > greatest(r.valid_from, %s))) RETURNING r.person_id",
        [today - timedelta(days=1), today - timedelta(days=1)],
    )
    unmet = (
        "wanted w WHERE NOT is_new AND NOT EXISTS (SELECT FROM standing s"
        " WHERE s.is_kept AND s.person_id = w.person_id AND s.kind = w.kind)"
    )
    opened = insert(Address, given, unmet, [], returning="person_id")
    written.counts["addresses_changed"] += len(closed)
    written.counts["addresses_opened"] += len(opened)
    return sorted({pk for (pk,) in [*closed, *opened]})
