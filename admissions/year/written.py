"""Publishing a draft, taking it back, and making its year the current one. Each is done whole or not at all.

All of it is a handful of statements over sets. What publishing writes is noted in the same statements, so that rolling
back takes away those rows and no others.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.models import User
from admissions.models import PlaceMove, PlannedTeacher, StepDone, YearDraft
from admissions.year.draft import Refused, year_before
from admissions.year.obstacles import built_on, obstacles, obstacles_to_turning
from admissions.year.rules import LAST_SFO_GRADE, LEAVES, Outcome
from guardians.actions.sharing import end_photo_consents
from schoolapp.lib import clock
from schools.models import SchoolYear
from students.models import Group

Tell = Callable[[int, int], None]


def nobody(_done: int, _of: int) -> None:
    """Tells nobody how far it has come."""


@dataclass(frozen=True)
class Part:
    """One statement, and the table whose rows it writes, under which they are noted."""

    table: str
    sql: str


def noted(table: str, insert: str) -> Part:
    """An insert that notes the ids it made. Where nothing is written nothing is noted."""
    sql = f"""
        WITH made AS ({insert} RETURNING id)
        INSERT INTO admissions_writtenrows (draft_id, "table", ids)
        SELECT %(draft)s, %(table)s, array_agg(id ORDER BY id) FROM made HAVING count(*) > 0
    """  # noqa: S608  # constants of our own
    return Part(table, sql)


GROUPS = noted(
    "students_group",
    """INSERT INTO students_group (uuid, school_id, school_year_id, kind, name, grade_level, subject_id, unit)
    SELECT uuid, school_id, %(year)s, kind, name, grade_level, subject_id, unit
    FROM admissions_plannedgroup WHERE draft_id = %(draft)s AND is_chosen""",
)
# A contact group is a part of a class (STR-07), and next year of the class it was planned for, or
# else of the one that goes on from its own.
CONTACT_GROUPS = Part(
    "students_group",
    """UPDATE students_group g SET home_class_id = home.id
    FROM admissions_plannedgroup planned
    LEFT JOIN students_group old ON old.id = planned.origin_id AND planned.home_class_id IS NULL
    JOIN admissions_plannedgroup of_class ON of_class.draft_id = %(draft)s
        AND (of_class.id = planned.home_class_id OR of_class.origin_id = old.home_class_id)
    JOIN students_group home ON home.uuid = of_class.uuid
    WHERE g.uuid = planned.uuid AND planned.draft_id = %(draft)s AND planned.kind = 'contact_group'""",
)
ENROLMENTS = noted(
    "students_enrolment",
    """INSERT INTO students_enrolment (student_id, school_id, school_year_id, grade_level, state, valid_from)
    SELECT student_id, school_id, %(year)s, grade_level, 'planned', %(first_day)s
    FROM admissions_plannedplace WHERE draft_id = %(draft)s AND outcome <> ALL (%(leaves)s)""",
)
# A pupil has one class at a time, so this year's must end before next year's can be written (STR-06). The last day is
# the year's own, so until then nothing is different.
ENDED = Part(
    "students_membership (ended)",
    """WITH before AS (
        SELECT m.id, m.valid_to AS was FROM students_membership m
        JOIN admissions_plannedplace p ON p.student_id = m.student_id AND p.draft_id = %(draft)s
        WHERE m.is_home_class AND p.home_class_id IS NOT NULL AND m.valid_from < %(first_day)s
            AND (m.valid_to IS NULL OR m.valid_to >= %(first_day)s)
    ), ended AS (
        UPDATE students_membership m SET valid_to = %(last_day)s FROM before WHERE m.id = before.id
        RETURNING m.id, before.was
    )
    INSERT INTO admissions_writtenrows (draft_id, "table", ids, was)
    SELECT %(draft)s, %(table)s, array_agg(id ORDER BY id), array_agg(was ORDER BY id)
    FROM ended HAVING count(*) > 0""",
)
MEMBERSHIPS = noted(
    "students_membership",
    """INSERT INTO students_membership (student_id, group_id, is_home_class, valid_from)
    SELECT p.student_id, g.id, true, %(first_day)s
    FROM admissions_plannedplace p
    JOIN admissions_plannedgroup planned ON planned.id = p.home_class_id
    JOIN students_group g ON g.uuid = planned.uuid
    WHERE p.draft_id = %(draft)s AND p.outcome <> ALL (%(leaves)s)
    UNION ALL
    SELECT p.student_id, g.id, false, %(first_day)s
    FROM admissions_plannedgroup planned
    JOIN students_group g ON g.uuid = planned.uuid
    JOIN students_membership m ON m.group_id = planned.origin_id
    JOIN admissions_plannedplace p ON p.student_id = m.student_id AND p.draft_id = %(draft)s
    WHERE planned.draft_id = %(draft)s AND planned.kind = 'sfo_group' AND planned.is_chosen
        AND (m.valid_to IS NULL OR m.valid_to >= %(first_day)s)
        AND (p.grade_level <= %(last_sfo_grade)s OR p.sfo_reason <> '') AND p.school_id = planned.school_id""",
)
STAFFING = noted(
    "students_groupstaffing",
    """INSERT INTO students_groupstaffing (group_id, employee_id, function, valid_from)
    SELECT g.id, t.employee_id, t.function, %(first_day)s
    FROM admissions_plannedteacher t
    JOIN admissions_plannedgroup planned ON planned.id = t.group_id
    JOIN students_group g ON g.uuid = planned.uuid
    WHERE planned.draft_id = %(draft)s AND planned.is_chosen AND t.is_accepted""",
)
PUBLISH = (GROUPS, CONTACT_GROUPS, ENROLMENTS, ENDED, MEMBERSHIPS, STAFFING)

# The other way round. An ending somebody has moved since is theirs, and stands.
TAKE_AWAY = """DELETE FROM {table} WHERE id IN (
    SELECT unnest(ids) FROM admissions_writtenrows WHERE draft_id = %(draft)s AND "table" = %(table)s)"""
ROLL_BACK = (
    Part("students_groupstaffing", TAKE_AWAY.format(table="students_groupstaffing")),
    Part("students_membership", TAKE_AWAY.format(table="students_membership")),
    Part(
        "students_membership (ended)",
        """UPDATE students_membership m SET valid_to = former.was
        FROM admissions_writtenrows w CROSS JOIN LATERAL unnest(w.ids, w.was) AS former(id, was)
        WHERE w.draft_id = %(draft)s AND w."table" = %(table)s AND m.id = former.id AND m.valid_to = %(last_day)s""",
    ),
    Part("students_enrolment", TAKE_AWAY.format(table="students_enrolment")),
    Part("students_group", TAKE_AWAY.format(table="students_group")),
)

CLOSE = """UPDATE {table} row SET valid_to = greatest(row.valid_from, %(last_day)s)
    FROM students_group g WHERE g.id = row.group_id AND g.school_year_id = %(old_year)s
    AND (row.valid_to IS NULL OR row.valid_to > %(last_day)s)"""
SET_CURRENT = (
    Part(
        "students_enrolment",
        """UPDATE students_enrolment e SET valid_to = greatest(e.valid_from, %(last_day)s),
            state = CASE WHEN p.outcome = 'graduate' AND e.state = 'active' THEN 'graduated' ELSE e.state END
        FROM admissions_plannedplace p
        WHERE p.draft_id = %(draft)s AND p.student_id = e.student_id AND e.school_year_id = %(old_year)s
            AND (e.state = 'active' OR e.state = 'exempt' AND e.valid_to IS NULL)""",
    ),
    Part("students_membership", CLOSE.format(table="students_membership")),
    Part("students_groupstaffing", CLOSE.format(table="students_groupstaffing")),
    Part(
        "students_enrolment",
        """UPDATE students_enrolment e SET state = CASE WHEN EXISTS (
            SELECT FROM students_enrolment old WHERE old.student_id = e.student_id AND old.state = 'exempt'
                AND old.school_year_id = %(old_year)s AND old.valid_to = %(last_day)s) THEN 'exempt' ELSE 'active' END
        WHERE state = 'planned' AND id IN (
            SELECT unnest(ids) FROM admissions_writtenrows
            WHERE draft_id = %(draft)s AND "table" = 'students_enrolment')""",
    ),
    # As students.actions.repeat_placement does for one.
    Part(
        "students_student",
        """UPDATE students_student s SET school_id = p.school_id, grade_level = p.grade_level,
            home_class_name = CASE WHEN p.school_id IS NULL THEN '' ELSE coalesce(g.name, '') END
        FROM admissions_plannedplace p
        LEFT JOIN students_membership m ON m.student_id = p.student_id AND m.is_home_class
            AND m.valid_from <= %(today)s AND (m.valid_to IS NULL OR m.valid_to >= %(today)s)
        LEFT JOIN students_group g ON g.id = m.group_id
        WHERE p.draft_id = %(draft)s AND s.id = p.student_id""",
    ),
)


def values(draft: YearDraft) -> dict[str, Any]:
    first_day = draft.school_year.starts_on
    return {
        "draft": draft.pk,
        "year": draft.school_year_id,
        "old_year": year_before(draft).pk,
        "first_day": first_day,
        "last_day": first_day - timedelta(days=1),
        "leaves": [str(outcome) for outcome in LEAVES],
        "last_sfo_grade": LAST_SFO_GRADE,
        "today": clock.today(),
    }


def carry_out(draft: YearDraft, parts: Iterable[Part], tell: Tell) -> None:
    """Run the statements in order, in the caller's transaction. Raises Refused where the database says no."""
    given, parts = values(draft), tuple(parts)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for number, part in enumerate(parts):
                tell(number, len(parts))
                cursor.execute(part.sql, given | {"table": part.table})
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError as error:
        raise Refused(
            _("Noen har endret elevplasser eller grupper samtidig. Ingenting er endret. Oppdater planen og prøv igjen.")
        ) from error
    tell(len(parts), len(parts))


@transaction.atomic
@wall.lifted("a year is published whole, also for pupils whom the one who publishes does not see")
def publish(draft: YearDraft, *, by: User | None, tell: Tell = nobody) -> dict[str, int]:
    """Write next year's groups, places, memberships and responsibilities, all from its first day.

    Returns how many rows of each. Raises Refused when something is missing, or when it is published already.
    """
    locked = lock(draft, YearDraft.State.PLANNING, _("Skoleåret er allerede publisert."))
    missing = obstacles(locked)
    if missing:
        raise Refused(" ".join(missing))
    carry_out(locked, PUBLISH, tell)
    YearDraft.objects.filter(pk=draft.pk).update(state=YearDraft.State.PUBLISHED)
    draft.refresh_from_db()
    return {row.table: len(row.ids) for row in draft.written.all()}


@transaction.atomic
@wall.lifted("what was published is taken back whole, also for pupils whom the one who does it does not see")
def roll_back(draft: YearDraft, *, by: User | None, tell: Tell = nobody) -> None:
    """Take away exactly what publishing wrote. The draft is as before, and can be changed and published again.

    Who has been moved to another class since, stands there in the draft.

    Raises Refused when nothing is published, or when others have built on it.
    """
    locked = lock(
        draft, YearDraft.State.PUBLISHED, _("Skoleåret er ikke publisert, så det er ingenting å rulle tilbake.")
    )
    if missing := built_on(locked):
        raise Refused(" ".join(missing))
    carry_out(locked, ROLL_BACK, tell)
    draft.written.all().delete()
    PlaceMove.objects.filter(draft=draft, is_correction=True).update(is_correction=False)
    YearDraft.objects.filter(pk=draft.pk).update(state=YearDraft.State.PLANNING)
    draft.refresh_from_db()


@transaction.atomic
@wall.lifted("the year turns for every pupil, also those whom the one who turns it does not see")
def set_current(draft: YearDraft, *, by: User | None, tell: Tell = nobody) -> None:
    """Make the year the current one: places become active, everything of the old year ends. There is no way back.

    Raises Refused before the year's first day, when it is not published, and when pupils have moved since it was.
    """
    locked = lock(draft, YearDraft.State.PUBLISHED, _("Skoleåret må publiseres før det kan settes til inneværende."))
    missing = obstacles_to_turning(locked)
    if missing:
        raise Refused(" ".join(missing))
    old = year_before(locked)
    SchoolYear.objects.filter(pk=old.pk).update(state=SchoolYear.State.PAST)
    SchoolYear.objects.filter(pk=locked.school_year_id).update(state=SchoolYear.State.CURRENT)
    carry_out(locked, SET_CURRENT, tell)
    if locked.ends_consents:
        end_photo_consents(locked.school_year.starts_on - timedelta(days=1))
    StepDone.objects.get_or_create(draft=locked, school=None, number=9, defaults={"by": by})
    locked.written.all().delete()
    YearDraft.objects.filter(pk=draft.pk).update(state=YearDraft.State.CURRENT)
    draft.refresh_from_db()


def lock(draft: YearDraft, state: str, refusal: str) -> YearDraft:
    locked = YearDraft.objects.select_for_update().get(pk=draft.pk)
    if locked.state != state:
        raise Refused(refusal)
    with connection.cursor() as cursor:
        # Rows just written have no statistics, and a trigger keeps a plan made for one row: a loop in a loop over all
        # pupils would take hours.
        cursor.execute("DISCARD PLANS; SET LOCAL enable_nestloop = off")
    return locked


def to_be_written(draft: YearDraft) -> dict[str, int]:
    """How many places, classes, other groups and responsibilities publishing would write. Ask with the wall lifted."""
    chosen = draft.groups.filter(is_chosen=True)
    return {
        "places": draft.places.exclude(outcome__in=LEAVES).count(),
        "classes": chosen.filter(kind=Group.Kind.HOME_CLASS).count(),
        "groups": chosen.exclude(kind=Group.Kind.HOME_CLASS).count(),
        "teachers": PlannedTeacher.objects.filter(group__in=chosen, is_accepted=True).count(),
    }


def outcome_counts(draft: YearDraft) -> dict[str, int]:
    """How many pupils have each outcome, counted over all of them. Ask with the wall lifted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome, count(*) FROM admissions_plannedplace WHERE draft_id = %s GROUP BY outcome", [draft.pk]
        )
        counted = dict(cursor.fetchall())
    return {outcome: counted.get(outcome, 0) for outcome in Outcome}
