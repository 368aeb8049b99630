"""Writing a chunk of children: pupils, and who is responsible for them.

No documented responsibility, no relation. The first import of all documents who has responsibility and opens for them;
after that a new guardian is proposed, and one who is lost is shut out until a person has decided (handbook 8.4).
Relations documented by hand are left alone.
"""

from django.utils.translation import gettext as _

from guardians.actions import close_portals
from guardians.models import GuardianRelation, RegisterFinding
from guardians.register.persons import Written
from guardians.register.sql import insert, rows, run_sql
from people.models import RegisterImport
from people.register.remarks import Code
from schoolapp.lib import clock
from students.models import Student

Kind, State = RegisterFinding.Kind, RegisterFinding.State
CHILDREN = """
    DROP TABLE IF EXISTS pg_temp.children, pg_temp.named, pg_temp.lost;
    CREATE TEMP TABLE children AS
    SELECT s.seq, s.record, n.person_id, st.id AS student_id, s.sort_name, s.is_resident, s.status
    FROM guardians_stagedperson s JOIN people_nationalid n ON n.number = s.number
    LEFT JOIN students_student st ON st.person_id = n.person_id
    WHERE s.run_id = %s AND s.seq > %s AND s.seq <= %s AND s.is_child
"""
# What can be true only of pupils known before, or of those who have left, is not looked for where there are none.
HAS = """
    SELECT bool_or(student_id IS NULL), bool_or(student_id IS NOT NULL), bool_or(NOT is_resident) FROM children
"""
NAMED = """
    CREATE TEMP TABLE named AS
    SELECT c.record, c.student_id, c.person_id AS child_id, n.person_id AS guardian_id, t.responsibility, t.grants,
        t.is_understood, t.is_dead
    FROM children c JOIN guardians_stagedtie t ON t.run_id = %s AND t.child_seq = c.seq
    JOIN people_nationalid n ON n.number = t.number
"""
LOST = """
    CREATE TEMP TABLE lost AS
    SELECT r.id, r.guardian_id, r.portal_enabled, r.state, c.person_id AS child_id, c.record,
        coalesce(n.is_dead, false) AS is_dead
    FROM children c JOIN guardians_guardianrelation r ON r.student_id = c.student_id
    LEFT JOIN named n ON n.student_id = r.student_id AND n.guardian_id = r.guardian_id
    WHERE r.state <> 'ended' AND r.ground = 'register'
        AND (n.guardian_id IS NULL OR n.is_understood AND NOT n.grants)
        AND NOT EXISTS (SELECT FROM guardians_registerfinding f WHERE f.kind = 'lost_guardian'
            AND f.person_id = r.guardian_id AND f.relation = r.id AND f.state IN ('waiting', 'rejected'))
"""
# Of the new relations those into a family where somebody is protected.
GUARDED = """
    SELECT r.id FROM guardians_guardianrelation r JOIN students_student st ON st.id = r.student_id
    WHERE r.id = ANY (%s) AND (
        st.person_id IN (SELECT id FROM people_person WHERE protection <> 'none')
        OR r.student_id IN (SELECT o.student_id FROM guardians_guardianrelation o
            JOIN people_person p ON p.id = o.guardian_id WHERE o.state <> 'ended' AND p.protection <> 'none'))
"""


def write_children(run: RegisterImport, after: int, until: int) -> Written:
    """Bring the children staged after number `after`, and up to `until`, up to date, in a fixed number of queries."""
    written = Written()
    run_sql(CHILDREN, [run.pk, after, until])
    new, known, left = rows(HAS)[0]
    if new:
        register_pupils(written)
    run_sql(NAMED, [run.pk])
    if known:
        file_under_present_names()
        end_run_out()
        shut_out(run, written)
        change(written)
    add(run, written, known=bool(known))
    if left:
        note_moved_out(run, written)
    without = rows(
        "SELECT record FROM children c WHERE NOT EXISTS (SELECT FROM guardians_guardianrelation r"
        " WHERE r.student_id = c.student_id AND r.state = 'verified')"
    )
    written.remark([record for (record,) in without], Code.NO_GUARDIAN)
    return written


def register_pupils(written: Written) -> None:
    """The children who are new as pupils, without a school."""
    given = {"person_id": "person_id", "sort_name": "sort_name"}
    new = "(SELECT DISTINCT ON (person_id) * FROM children WHERE student_id IS NULL ORDER BY person_id, seq) c"
    written.counts["students_created"] += insert(Student, given, new, [])
    run_sql(
        "UPDATE children c SET student_id = st.id FROM students_student st"
        " WHERE c.student_id IS NULL AND st.person_id = c.person_id"
    )


def file_under_present_names() -> None:
    run_sql(
        "UPDATE students_student st SET sort_name = c.sort_name FROM children c"
        " WHERE st.id = c.student_id AND c.sort_name <> '' AND st.sort_name <> c.sort_name"
    )


def end_run_out() -> None:
    """What was documented by hand and has run out is over, so that what the register says can be proposed."""
    run_sql(
        "UPDATE guardians_guardianrelation r SET state = 'ended' FROM children c WHERE r.student_id = c.student_id"
        " AND r.state <> 'ended' AND r.ground = 'manual' AND r.valid_to < %s",
        [clock.today()],
    )


def shut_out(run: RegisterImport, written: Written) -> None:
    """Whoever the register no longer stands behind reaches nothing until a person has decided."""
    if not run_sql(LOST):
        return
    run_sql(
        "UPDATE guardians_guardianrelation r SET state = 'ended', valid_to = greatest(r.valid_from, %s),"
        " end_reason = %s"
        " FROM lost l WHERE r.id = l.id AND l.state = 'proposed'",
        [clock.today(), str(_("Folkeregisteret oppgir ikke lenger foreldreansvar."))],
    )
    given = {
        "run_id": str(int(run.pk)),
        "kind": "'lost_guardian'",
        "state": "'waiting'",
        "person_id": "guardian_id",
        "other_id": "child_id",
        "relation": "id",
        "detail": "CASE WHEN is_dead THEN 'dead' ELSE '' END",
        "portal_was_open": "portal_enabled",
    }
    written.counts["guardians_lost"] += insert(RegisterFinding, given, "lost WHERE state = 'verified'", [])
    run_sql(
        "UPDATE guardians_guardianrelation r SET portal_enabled = false FROM lost l"
        " WHERE r.id = l.id AND l.state = 'verified' AND r.portal_enabled"
    )
    written.remark([r for (r,) in rows("SELECT record FROM lost WHERE state = 'verified'")], Code.GUARDIAN_LOST)


def change(written: Written) -> None:
    """What the responsibility is called. A value nobody knows proves neither loss nor right: no access meanwhile."""
    changed = rows(
        "UPDATE guardians_guardianrelation r SET responsibility = n.responsibility,"
        " portal_enabled = r.portal_enabled AND n.grants FROM named n"
        " WHERE r.student_id = n.student_id AND r.guardian_id = n.guardian_id AND r.state <> 'ended'"
        " AND r.ground = 'register' AND (n.grants OR NOT n.is_understood)"
        " AND r.responsibility <> n.responsibility RETURNING n.record, n.grants"
    )
    written.counts["relations_updated"] += len(changed)
    written.remark([record for record, grants in changed if not grants], Code.PORTAL_CLOSED)


def add(run: RegisterImport, written: Written, *, known: bool) -> None:
    """Relations to guardians the register documents and we do not know; one that was there before is only proposed.

    Where no child is `known`, none of it has been said or asked before.
    """
    earlier = (
        "EXISTS (SELECT FROM guardians_guardianrelation r"
        " WHERE r.student_id = n.student_id AND r.guardian_id = n.guardian_id)"
    )
    state = f"CASE WHEN {earlier} THEN 'proposed' ELSE 'verified' END" if run.verifies else "'proposed'"
    given = {
        "guardian_id": "guardian_id",
        "student_id": "student_id",
        "state": state,
        "ground": "'register'",
        "responsibility": "responsibility",
    }
    missing = (
        "(SELECT DISTINCT ON (student_id, guardian_id) * FROM named ORDER BY student_id, guardian_id) n WHERE grants"
        " AND NOT EXISTS (SELECT FROM guardians_guardianrelation r WHERE r.student_id = n.student_id"
        " AND r.guardian_id = n.guardian_id AND r.state <> 'ended')"
        " AND NOT EXISTS (SELECT FROM guardians_registerfinding f WHERE f.kind = 'new_guardian'"
        " AND f.person_id = n.guardian_id AND f.other_id = n.child_id AND f.state = 'rejected'"
        " AND f.detail = n.responsibility)"
    )
    back = rows(f"SELECT record FROM {missing} AND {earlier}") if known else []
    created = insert(GuardianRelation, given, missing, [], returning="id, state")
    if not created:
        return
    finding = {
        "run_id": str(int(run.pk)),
        "kind": "'new_guardian'",
        "state": "CASE WHEN r.state = 'proposed' THEN 'waiting' ELSE 'noted' END",
        "person_id": "r.guardian_id",
        "other_id": "st.person_id",
        "relation": "r.id",
        "detail": "r.responsibility",
    }
    ids = [pk for pk, _state in created]
    if known:
        run_sql(
            "UPDATE guardians_registerfinding f SET state = 'withdrawn' FROM guardians_guardianrelation r"
            " JOIN students_student st ON st.id = r.student_id WHERE r.id = ANY (%s) AND f.kind = 'new_guardian'"
            " AND f.state = 'waiting' AND f.person_id = r.guardian_id AND f.other_id = st.person_id",
            [ids],
        )
    source = "guardians_guardianrelation r JOIN students_student st ON st.id = r.student_id WHERE r.id = ANY (%s)"
    insert(RegisterFinding, finding, source, [ids])
    proposed = sum(state == "proposed" for _pk, state in created)
    written.counts["relations_proposed"] += proposed
    written.counts["relations_created"] += len(created) - proposed
    written.remark([record for (record,) in back], Code.RELATION_BACK)
    guarded = rows(GUARDED, [ids])
    if guarded:
        written.counts["portals_closed"] += close_portals((), [GuardianRelation(pk=pk) for (pk,) in guarded])


def note_moved_out(run: RegisterImport, written: Written) -> None:
    """Pupils with a place here who the register says live here no more. Whether the place ends is decided by hand."""
    given = {
        "run_id": str(int(run.pk)),
        "kind": "'moved_out'",
        "state": "'waiting'",
        "person_id": "c.person_id",
        "detail": "left(c.status, 40)",
    }
    source = (
        "children c JOIN students_student st ON st.id = c.student_id WHERE NOT c.is_resident AND c.status <> 'doed'"
        " AND st.school_id IS NOT NULL AND NOT EXISTS (SELECT FROM guardians_registerfinding f"
        " WHERE f.kind = 'moved_out' AND f.person_id = c.person_id AND (f.state = 'waiting'"
        " OR f.state = 'rejected' AND f.detail = left(c.status, 40)))"
    )
    written.counts["moved_out"] += insert(RegisterFinding, given, source, [])
