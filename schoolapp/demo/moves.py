"""A few pupils on their way to another school, so that the screens of moves are not empty in a new demo."""

from datetime import timedelta

from accessctl.models import School
from admissions.models import Move, MoveStep, TransferNotice
from admissions.moves.rules import has_grade, steps_of
from people.models import Protection
from schoolapp.demo.town import Town
from schoolapp.lib import clock
from students.models import Group, Student

MOST_SCHOOLS = 6
KINDS = (Move.Kind.WITHIN, Move.Kind.OUT, Move.Kind.PRIVATE)


def make_moves(town: Town) -> int:
    """One begun or decided move at each of the first schools. Returns how many."""
    schools = list(School.objects.order_by("pk"))
    made = 0
    for number, school in enumerate(schools[:MOST_SCHOOLS]):
        pupils = Student.objects.filter(school=school, person__protection=Protection.NONE, moves__isnull=True)
        student = pupils.order_by("pk").first()
        if student is None or student.grade_level is None:
            continue
        grade = student.grade_level
        other = next((s for s in schools if s != school and has_grade(s.kind, grade)), None)
        kind = KINDS[number % len(KINDS)]
        if kind == Move.Kind.WITHIN and other is None:
            kind = Move.Kind.OUT
        add_move(town, student, school, kind, other)
        made += 1
    return made


def add_move(town: Town, student: Student, school: School, kind: Move.Kind, other: School | None) -> None:
    """A change of school is decided for a day to come; the others are begun."""
    first_day = min(town.today + timedelta(days=14), town.year.ends_on)
    is_decided = kind == Move.Kind.WITHIN and first_day > town.today
    move = Move.objects.create(
        uuid=town.uuid(),
        student=student,
        kind=kind,
        state=Move.State.DECIDED if is_decided else Move.State.DRAFT,
        school_year=town.year,
        from_school=school,
        to_school=other if kind == Move.Kind.WITHIN else None,
        grade_level=student.grade_level,
        first_day=first_day if is_decided else None,
        reason="Familien flytter." if is_decided else "",
        decided_at=clock.now() if is_decided else None,
    )
    done, left = MoveStep.State.DONE, MoveStep.State.OPEN
    sfo = student.memberships.filter(group__kind=Group.Kind.SFO_GROUP, valid_to__isnull=True)
    steps = steps_of(kind, grade_level=student.grade_level, is_in_sfo=sfo.exists())
    MoveStep.objects.bulk_create(
        MoveStep(move=move, kind=step, state=done if is_decided and step == MoveStep.Kind.DECISION else left)
        for step in steps
    )
    if MoveStep.Kind.NOTICE in steps:
        TransferNotice.objects.create(move=move)
