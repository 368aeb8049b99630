"""Publishing the next school year against COPY of the same rows into tables of the same shape."""

import time
from collections.abc import Iterator

from django.db import connection, transaction

from accessctl.models import School, User
from admissions.models import StepDone, YearDraft
from admissions.year import written
from admissions.year.draft import fill, open_draft, start_draft
from admissions.year.obstacles import REVIEW
from admissions.year.rules import GRADES
from bench.measure import Comparison
from schools.models import SchoolYear
from students.models import Group

ROUNDS = 3
TABLES = ("students_group", "students_enrolment", "students_membership")
ENDED = "valid_to = coalesce(valid_to, greatest(valid_from, '2027-07-31'))"
REWRITE = {"students_student": "home_class_name = home_class_name || ''"}


def run() -> Iterator[Comparison]:
    draft = ready_draft()
    pupils = draft.places.count()
    taken, floors, turned = [], [], []
    for _turn in range(ROUNDS):
        started = time.perf_counter()
        written.publish(draft, by=None)
        taken.append(time.perf_counter() - started)
        floors.append(copy_same_rows(draft))
        turned.append(turn(draft))
        written.roll_back(draft, by=None)
    ours, floor = sorted(taken)[ROUNDS // 2], sorted(floors)[ROUNDS // 2]
    yield Comparison(f"publisere skoleår, {pupils} elever", "COPY av de samme radene", ours, floor, ROUNDS)
    ours, floor, rows = sorted(turned)[ROUNDS // 2]
    name = f"sette skoleår til inneværende, {rows} rader, {rows / ours:.0f} rader/s"
    yield Comparison(name, "UPDATE av de samme radene", ours, floor, ROUNDS)


def ready_draft() -> YearDraft:
    """A draft that can be published: everybody in a class, every school reviewed."""
    draft = open_draft()
    if draft is None:
        draft = start_draft(by=User.objects.filter(assignments__role__slug="kommuneadmin").earliest("pk"))
    fill(draft)
    schools = School.objects.order_by("pk")
    for grade in range(1, 11):
        kinds = [kind for kind, grades in GRADES.items() if grade in grades]
        lacking = draft.places.filter(school=None, grade_level=grade)
        lacking.update(school=schools.filter(kind__in=kinds).first())
    waiting = draft.places.filter(school__isnull=False, home_class=None)
    for school, level in waiting.values_list("school", "grade_level").distinct():
        group, _made = draft.groups.get_or_create(
            school_id=school, grade_level=level, kind=Group.Kind.HOME_CLASS, name=f"{level}A"
        )
        waiting.filter(school=school, grade_level=level).update(home_class=group)
    planned = draft.places.filter(school__isnull=False).order_by().values_list("school", flat=True).distinct()
    StepDone.objects.bulk_create(
        [StepDone(draft=draft, school_id=school, number=REVIEW) for school in planned], ignore_conflicts=True
    )
    return draft


def turn(draft: YearDraft) -> tuple[float, float, int]:
    """Seconds to make the year the current one, seconds to update as many rows of bare copies, and how many rows.

    The statements alone, without asking whether the day has come, and taken back again.
    """
    old_year = written.year_before(draft).pk
    sets = {
        "students_enrolment": f"SELECT * FROM students_enrolment WHERE school_year_id IN ({old_year}, {{year}})",
        "students_membership": f"""SELECT m.* FROM students_membership m JOIN students_group g ON g.id = m.group_id
            WHERE g.school_year_id = {old_year}""",
        "students_student": "SELECT * FROM students_student WHERE school_id IS NOT NULL",
    }
    rows, floor = 0, 0.0
    with transaction.atomic(), connection.cursor() as cursor:
        for table, query in sets.items():
            cursor.execute(f"CREATE TEMP TABLE floor_{table} (LIKE {table} INCLUDING ALL)")
            cursor.execute(f"INSERT INTO floor_{table} {query.format(year=draft.school_year_id)}")
            column = REWRITE.get(table, ENDED)
            started = time.perf_counter()
            cursor.execute(f"UPDATE floor_{table} SET {column}")
            floor += time.perf_counter() - started
            rows += cursor.rowcount
        cursor.execute("DISCARD PLANS")
        cursor.execute("SET LOCAL enable_nestloop = off")
        started = time.perf_counter()
        SchoolYear.objects.filter(pk=old_year).update(state=SchoolYear.State.PAST)
        SchoolYear.objects.filter(pk=draft.school_year_id).update(state=SchoolYear.State.CURRENT)
        written.carry_out(draft, written.SET_CURRENT, written.nobody)
        ours = time.perf_counter() - started
        transaction.set_rollback(True)
    return ours, floor, rows


def copy_same_rows(draft: YearDraft) -> float:
    """Seconds to COPY the rows that were just published into empty tables with the same indexes."""
    seconds = 0.0
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"CREATE TEMP TABLE floor_{table} (LIKE {table} INCLUDING ALL)")
            rows = f"SELECT * FROM {table} WHERE id IN (SELECT unnest(ids) FROM admissions_writtenrows"
            with cursor.copy(f"COPY ({rows} WHERE \"table\" = '{table}')) TO STDOUT") as copy:
                content = b"".join(bytes(block) for block in copy)
            started = time.perf_counter()
            with cursor.copy(f"COPY floor_{table} FROM STDIN") as copy:
                copy.write(content)
            seconds += time.perf_counter() - started
            cursor.execute(f"DROP TABLE floor_{table}")
    return seconds
