"""One run of a register file: persons, pupils, relations and, if asked for, a class. All of it or nothing."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.models import User
from guardians.models import GuardianRelation
from guardians.relation_sync import sync_relations
from people.models import RegisterImport
from people.register.persons import write_persons
from people.register.remarks import Code, Remark
from people.register.shape import RegisterChild, RegisterFile
from people.register.source import FileRefused
from schoolapp.lib import clock
from schools.models import SchoolYear
from students.actions import PlacementError, enrol, place_in_class, register_students
from students.models import Group, Membership, Student

CHUNK = 1000
LOCK_KEY = 1_906_170
# A file that takes the access from so many at once is more likely short of a part than true (INTEGRATIONS 3.3).
ENDED_AT_LEAST, ENDED_SHARE = 20, 0.10


@dataclass(frozen=True)
class Result:
    run: RegisterImport
    counts: dict[str, int]
    remarks: list[Remark]


@transaction.atomic
@wall.lifted("the register is about everybody, and its numbers must be compared with all of ours")
def import_register(
    file: RegisterFile, *, by: User | None, group: Group | None = None, many_losses: bool = False
) -> Result:
    """Write what the file says. A second run of the same file changes nothing but adds its own RegisterImport row.

    `group` is the class to place children in who have no place yet. Raises FileRefused when too many relations would
    end at once, unless `many_losses` says that this is right.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK_KEY])
    run = RegisterImport.objects.create(sha256=file.sha256)
    counts: Counter[str] = Counter(children=len(file.children), persons=len(file.persons))
    remarks = list(file.remarks)
    at_risk = 0
    for chunk in chunks(file.children):
        numbers = dict.fromkeys(
            n for child in chunk for n in [child.person.number, *(g.number for g in child.guardians)]
        )
        written = write_persons(file.persons[number] for number in numbers)
        students, new = register_students([written.persons[child.person.number] for child in chunk], by=by)
        pairs = [(child, students[written.persons[child.person.number].pk]) for child in chunk]
        at_risk += standing_relations(pairs)
        synced = sync_relations(pairs, written.persons, written.raised)
        counts["students_created"] += new
        counts.update(written.counts)
        counts.update(synced.counts)
        remarks += written.remarks + synced.remarks
        if group:
            place(pairs, group, counts, remarks, by=by)
    if (
        counts["relations_ended"] > ENDED_AT_LEAST
        and counts["relations_ended"] > at_risk * ENDED_SHARE
        and not many_losses
    ):
        raise FileRefused(
            _("{count} foresatte ville mistet tilgangen. Kontroller at fila har foreldreansvar.").format(
                count=counts["relations_ended"]
            )
        )
    run.counts = {name: number for name, number in sorted(counts.items()) if number}
    run.remarks = [remark.as_json() for remark in sorted(set(remarks))]
    run.finished_at = clock.now()
    run.save()
    return Result(run, run.counts, sorted(set(remarks)))


def chunks(children: list[RegisterChild]) -> Iterator[list[RegisterChild]]:
    for start in range(0, len(children), CHUNK):
        yield children[start : start + CHUNK]


def standing_relations(pairs: list[tuple[RegisterChild, Student]]) -> int:
    """How many relations of these children rest on the register now."""
    rows = GuardianRelation.objects.filter(
        student__in=[s.pk for _c, s in pairs], ground=GuardianRelation.Ground.REGISTER
    )
    return rows.exclude(state=GuardianRelation.State.ENDED).count()


def place(
    pairs: list[tuple[RegisterChild, Student]],
    group: Group,
    counts: Counter[str],
    remarks: list[Remark],
    *,
    by: User | None,
) -> None:
    """Enrol and place those who have no place this year; a child with another place is left where it is."""
    open_places = Membership.objects.filter(
        is_home_class=True, valid_to__isnull=True, group__school_year=group.school_year
    )
    placed = dict(open_places.filter(student__in=[s.pk for _c, s in pairs]).values_list("student", "group"))
    for child, student in pairs:
        if placed.get(student.pk) == group.pk:
            continue
        if not child.is_resident:
            remarks.append(Remark(child.record, Code.NOT_ENROLLED.value))
            continue
        try:
            if student.pk in placed:
                raise PlacementError
            enrol(
                student,
                school=group.school,
                year=group.school_year,
                grade_level=group.grade_level or 1,
                by=by,
            )
            place_in_class(student, group=group, by=by)
        except PlacementError:
            remarks.append(Remark(child.record, Code.ALREADY_PLACED.value))
        else:
            counts["children_placed"] += 1


def current_year() -> SchoolYear | None:
    """The school year children are placed in."""
    return SchoolYear.objects.filter(state=SchoolYear.State.CURRENT).first()
