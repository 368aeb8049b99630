"""What a run would change, found in a few statements over all it has read, before anything is written.

Only persons something has changed for are kept for the writing, so that the others cost nothing more.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from guardians.register.sql import rank, rows, run_all
from guardians.register.staging import Stage
from schoolapp.lib import clock

# A run that takes the access from so many at once is more likely short of a part than true (INTEGRATIONS 3.3).
LOST_AT_LEAST, LOST_SHARE = 20, 0.10
# Below this many persons a share says nothing.
CHANGED_AT_LEAST = 50

OPEN_ADDRESS = "(r.valid_to IS NULL OR r.valid_to >= current_date)"
KNOWN = f"""
    CREATE TEMP TABLE known ON COMMIT DROP AS
    SELECT s.seq, s.is_child, coalesce(n.person_id, f.person_id) AS person_id,
        n.person_id IS NULL AND f.person_id IS NOT NULL OR s.former_number <> '' AND f.person_id IS NULL
            OR n.person_id <> f.person_id AS renumbered,
        coalesce(n.is_current, true) AND (s.given_name <> '' OR s.family_name <> '')
            AND (p.given_name, p.family_name) IS DISTINCT FROM (s.given_name, s.family_name)
            OR s.born IS NOT NULL AND p.birth_date IS DISTINCT FROM s.born
            OR s.sex <> '' AND p.sex <> s.sex AS renamed,
        {rank("s.protection")} - {rank("p.protection")} AS raised_by,
        s.status = 'doed' AND p.deceased_on IS NULL AS died,
        greatest({rank("s.protection")}, coalesce({rank("p.protection")}, 1)) = 4 AS is_strict
    FROM read_person s
    LEFT JOIN people_nationalid n ON n.number = s.number
    LEFT JOIN people_nationalid f ON f.number = s.former_number AND s.former_number <> ''
    LEFT JOIN people_person p ON p.id = coalesce(n.person_id, f.person_id)
"""
STANDING = (
    f"{OPEN_ADDRESS} AND NOT (r.valid_to IS NOT NULL AND r.valid_to = current_date AND r.valid_from = current_date)"
)
# No sub-query stands beside an OR: past a few hundred thousand rows such a one is asked anew for every row.
# Addresses the register has and we do not, and the other way round. Of the strictly protected none is wanted.
MOVED = f"""
    CREATE TEMP TABLE moved ON COMMIT DROP AS
    SELECT a.seq FROM read_address a JOIN known k ON k.seq = a.seq
    WHERE k.person_id IS NOT NULL AND NOT k.is_strict AND NOT EXISTS (
        SELECT FROM people_address r WHERE r.person_id = k.person_id AND r.kind = a.kind AND {OPEN_ADDRESS}
        AND r.street = a.street AND r.postal_code = a.postal_code AND r.city = a.city
        AND r.valid_to IS NOT DISTINCT FROM a.valid_to AND {rank("r.protection")} >= {rank("a.protection")})
    UNION
    SELECT k.seq FROM known k JOIN people_address r ON r.person_id = k.person_id WHERE k.is_strict AND {STANDING}
    UNION
    SELECT k.seq FROM known k JOIN people_address r ON r.person_id = k.person_id
    WHERE NOT k.is_strict AND {STANDING} AND NOT EXISTS (
        SELECT FROM read_address a WHERE a.seq = k.seq AND a.kind = r.kind
        AND r.street = a.street AND r.postal_code = a.postal_code AND r.city = a.city)
"""
TIES = """
    CREATE TEMP TABLE ties ON COMMIT DROP AS
    SELECT t.child_seq, st.id AS student_id, n.person_id AS guardian_id, t.responsibility, t.grants, t.is_understood
    FROM read_tie t JOIN known k ON k.seq = t.child_seq
    LEFT JOIN students_student st ON st.person_id = k.person_id
    LEFT JOIN people_nationalid n ON n.number = t.number
"""
# New ones, those whose responsibility reads otherwise, and those the register no longer stands behind.
RELATED = """
    CREATE TEMP TABLE related ON COMMIT DROP AS
    SELECT t.child_seq AS seq, t.grants AND r.id IS NULL AS is_new, false AS is_lost
    FROM ties t LEFT JOIN guardians_guardianrelation r
        ON r.student_id = t.student_id AND r.guardian_id = t.guardian_id AND r.state <> 'ended'
    WHERE t.grants AND (r.id IS NULL OR r.ground = 'manual' AND r.valid_to < current_date)
        OR r.ground = 'register' AND r.responsibility <> t.responsibility
    UNION ALL
    SELECT k.seq, false, r.state = 'verified'
    FROM known k JOIN students_student st ON st.person_id = k.person_id
    JOIN guardians_guardianrelation r ON r.student_id = st.id AND r.state <> 'ended' AND r.ground = 'register'
    LEFT JOIN ties t ON t.student_id = st.id AND t.guardian_id = r.guardian_id
    WHERE k.is_child AND (t.child_seq IS NULL OR t.is_understood AND NOT t.grants)
        AND NOT EXISTS (SELECT FROM guardians_registerfinding f WHERE f.kind = 'lost_guardian'
            AND f.person_id = r.guardian_id AND f.relation = r.id AND f.state IN ('waiting', 'rejected'))
"""
PUPILS = """
    CREATE TEMP TABLE pupils ON COMMIT DROP AS
    SELECT k.seq, st.id IS NULL AS is_new, NOT s.is_resident AND st.school_id IS NOT NULL AS moved_out
    FROM known k JOIN read_person s ON s.seq = k.seq
    LEFT JOIN students_student st ON st.person_id = k.person_id
    WHERE k.is_child AND (st.id IS NULL OR s.sort_name <> '' AND st.sort_name <> s.sort_name
        OR NOT s.is_resident AND st.school_id IS NOT NULL)
"""
TABLES = {"known": KNOWN, "moved": MOVED, "ties": TIES, "related": RELATED, "pupils": PUPILS}
DROP = "DROP TABLE IF EXISTS " + ", ".join(f"pg_temp.{name}" for name in TABLES)
COUNTS = """
    SELECT count(*), count(person_id), count(*) FILTER (WHERE person_id IS NULL), count(*) FILTER (WHERE renumbered),
        count(*) FILTER (WHERE renamed AND person_id IS NOT NULL), count(*) FILTER (WHERE raised_by > 0),
        count(*) FILTER (WHERE raised_by < 0), count(*) FILTER (WHERE died),
        count(moved.seq), (SELECT count(*) FROM related WHERE is_new),
        (SELECT count(*) FROM related WHERE is_lost), (SELECT count(*) FROM pupils WHERE moved_out),
        (SELECT count(*) FROM guardians_guardianrelation r JOIN students_student st ON st.id = r.student_id
            WHERE r.ground = 'register' AND r.state = 'verified'
            AND st.person_id IN (SELECT person_id FROM known WHERE is_child)),
        count(DISTINCT person_id) FILTER (WHERE renamed OR renumbered OR raised_by <> 0 OR moved.seq IS NOT NULL),
        count(*) FILTER (WHERE is_child)
    FROM known LEFT JOIN moved USING (seq)
"""
NAMES = (
    "persons", "known", "new", "renumbered", "renamed", "protected", "lost_protection", "dead", "moved",
    "new_guardian", "lost_guardian", "moved_out", "standing", "changed", "children",
)  # fmt: skip
TOUCHED = """
    SELECT seq FROM known WHERE person_id IS NULL OR renumbered OR renamed OR raised_by <> 0 OR died
    UNION SELECT seq FROM moved UNION SELECT seq FROM related UNION SELECT seq FROM pupils
"""


@dataclass(frozen=True)
class Forecast:
    """How many persons a run is about, knows already, and would change, by what would change."""

    numbers: dict[str, int]

    def stops(self) -> list[dict[str, Any]]:
        """Why a person must look before the run goes on; empty when it may."""
        n, share = self.numbers, settings.REGISTER_STOP_PERCENT
        found = []
        if n["lost_guardian"] > LOST_AT_LEAST and n["lost_guardian"] > n["standing"] * LOST_SHARE:
            found.append({"code": "many_losses", "count": n["lost_guardian"]})
        if n["changed"] > CHANGED_AT_LEAST and n["changed"] * 100 > n["known"] * share:
            found.append({"code": "many_changes", "count": n["changed"], "percent": n["changed"] * 100 // n["known"]})
        if n["known"] > CHANGED_AT_LEAST and n["new"] > CHANGED_AT_LEAST and n["new"] * 100 > n["known"] * share:
            found.append({"code": "many_new", "count": n["new"], "percent": n["new"] * 100 // n["known"]})
        if n["dead"] > LOST_AT_LEAST:
            found.append({"code": "many_dead", "count": n["dead"]})
        return found


def compare(stage: Stage) -> Forecast:
    """Find what is different, keep only that for the writing, and say how much it is."""
    today = f"date '{clock.today().isoformat()}'"
    statements = [statement.replace("current_date", today) for statement in TABLES.values()]
    # What the others are joined with is many rows, which the planner must know.
    run_all(DROP, statements[0], "ANALYZE known", *statements[1:])
    forecast = Forecast(dict(zip(NAMES, rows(COUNTS)[0], strict=True)))
    # Those who are to be put in a class are gone through also where nothing is new about them.
    stage.keep(TOUCHED if stage.run.group is None else "")
    return forecast
