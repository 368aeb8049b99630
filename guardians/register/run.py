"""Driving a run: read, compare, wait where a person must look, write in chunks, end.

Every chunk is committed with how far the run has come, so that a run goes on exactly where it was killed.
"""

import logging
from typing import IO

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accessctl.models import User
from guardians.register.diff import compare
from guardians.register.duplicates import find_duplicates
from guardians.register.persons import Written, write_persons
from guardians.register.placing import place
from guardians.register.relations import write_children
from guardians.register.sql import rows
from guardians.register.staging import MOST_REMARKS, Stage, clear, settle
from people.models import RegisterImport
from people.register.reader import entries
from people.register.remarks import Remark
from people.register.source import MAX_BYTES, FileRefused, Source
from schoolapp.lib import clock

log = logging.getLogger(__name__)
PERSONS_AT_A_TIME, CHILDREN_AT_A_TIME = 10_000, 4_000
# One chunk at a time in the whole municipality, whichever run it belongs to.
LOCK_KEY = 1_906_170
State = RegisterImport.State


def start(
    *, source: str, by: User | None, file: str = "", group: int | None = None, verifies: bool = False
) -> RegisterImport:
    """A new run, to be read. With `verifies` new guardians are let in without a decision about each."""
    return RegisterImport.objects.create(
        source=source, state=State.READING, started_by=by, file=file, group=group, verifies=verifies
    )


def read_file(run: RegisterImport, file: IO[bytes], *, max_bytes: int = MAX_BYTES) -> None:
    """Read and judge the whole file, and find what it would change. Nothing is written to the registers.

    Raises FileRefused with the place and the reason; the run is then refused and nothing of the file is kept.
    """
    try:
        with transaction.atomic():
            locked = lock(run)
            if locked.state != State.READING:
                return
            remarks: list[Remark] = []
            source = Source(file, max_bytes=max_bytes)
            stage = Stage(locked, remarks)
            stage.take(entries(source, remarks, synthetic_allowed=settings.SYNTHETIC_IDS_ALLOWED))
            locked.sha256 = source.sha256
            end_reading(stage, remarks)
    except FileRefused as refused:
        refuse(run, str(refused))
        raise
    run.refresh_from_db()


def end_reading(stage: Stage, remarks: list[Remark]) -> None:
    """Everything is read: settle it, compare it, and go on or wait. Raises FileRefused as `settle` does."""
    run = stage.run
    remarks += settle()
    # Until the register has told of any relation, what it says is not a change that somebody must judge.
    highest, is_first = rows(
        "SELECT coalesce(max(seq), 0), NOT EXISTS (SELECT FROM guardians_guardianrelation WHERE ground = 'register')"
        " FROM read_person"
    )[0]
    forecast = compare(stage)
    run.forecast, run.verifies = forecast.numbers, run.verifies or is_first
    run.stop_reasons = [] if is_first else forecast.stops()
    run.note_counts({name: forecast.numbers[name] for name in ("children", "persons")})
    add_remarks(run, remarks)
    run.total, run.position, run.moved_at = 2 * highest, 0, clock.now()
    waits = run.stop_reasons or run.source == RegisterImport.Source.UPLOAD
    run.state = State.WAITING if waits else State.RUNNING
    run.save()


def refuse(run: RegisterImport, reason: str) -> None:
    with transaction.atomic():
        clear(run)
        RegisterImport.objects.filter(pk=run.pk).update(
            state=State.REFUSED, refusal=reason[:400], finished_at=clock.now()
        )
    run.refresh_from_db()


@transaction.atomic
def confirm(run: RegisterImport, *, by: User | None) -> bool:
    """Let a run that waits go on. False when it no longer waits."""
    return bool(
        RegisterImport.objects.filter(pk=run.pk, state=State.WAITING).update(
            state=State.RUNNING, confirmed_by=by, moved_at=clock.now()
        )
    )


@transaction.atomic
def cancel(run: RegisterImport, *, by: User | None, reason: str = "") -> bool:
    """Stop a run. What it has written stays; what it had read is forgotten. False when it had ended.

    `reason` is shown to those who look at the run, where it was not they who stopped it.
    """
    locked = lock(run)
    if locked.state not in (State.READING, State.WAITING, State.RUNNING):
        return False
    clear(locked)
    locked.state, locked.finished_at, locked.refusal = State.CANCELLED, clock.now(), reason
    locked.save(update_fields=["state", "finished_at", "refusal"])
    return True


@transaction.atomic
def step(run: RegisterImport) -> bool:
    """Write the next chunk. False when there is nothing more to write."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])
    locked = lock(run)
    if locked.state != State.RUNNING:
        return False
    write_chunk(locked)
    half = locked.total // 2
    if locked.position == half <= CHILDREN_AT_A_TIME:
        write_chunk(locked)
    if locked.position >= locked.total:
        end(locked)
    locked.moved_at = clock.now()
    locked.save()
    return locked.state == State.RUNNING


def write_chunk(run: RegisterImport) -> None:
    """The next persons, or children when all persons are written, and how far the run has come by that."""
    half = run.total // 2
    is_first_half = run.position < half
    start = 0 if is_first_half else half
    after = run.position - start
    until, is_last = next_end(run, after, children=not is_first_half)
    if until is not None:
        written = write_persons(run, after, until) if is_first_half else children(run, after, until)
        run.note_counts(written.counts)
        add_remarks(run, written.remarks)
    run.position = start + half if is_last or until is None else start + until


def children(run: RegisterImport, after: int, until: int) -> Written:
    written = write_children(run, after, until)
    if run.group:
        place(run, written)
    return written


def next_end(run: RegisterImport, after: int, *, children: bool) -> tuple[int | None, bool]:
    """The number of the last person of the next chunk, or None, and whether nobody is left after that."""
    size = CHILDREN_AT_A_TIME if children else PERSONS_AT_A_TIME
    only = " AND is_child" if children else ""
    found: tuple[int | None, bool] = rows(
        "SELECT max(seq) FILTER (WHERE n <= %s), count(*) <= %s FROM (SELECT seq, row_number() OVER (ORDER BY seq) n"
        f" FROM guardians_stagedperson WHERE run_id = %s AND seq > %s{only} ORDER BY seq LIMIT %s) next",
        [size, size, run.pk, after, size + 1],
    )[0]
    return found


def end(run: RegisterImport) -> None:
    if run.counts.get("persons_created") or run.counts.get("persons_updated") or run.counts.get("numbers_changed"):
        run.note_counts({"duplicates": find_duplicates(run)})
    clear(run)
    run.state, run.finished_at = State.DONE, clock.now()
    run.counts = {name: number for name, number in sorted(run.counts.items()) if number}


def finish(run: RegisterImport) -> None:
    """Write chunk after chunk until the run ends."""
    while step(run):
        pass
    run.refresh_from_db()


def add_remarks(run: RegisterImport, remarks: list[Remark]) -> None:
    """Remarks to those of the run, in order and each once; of more than MOST_REMARKS only the number is kept."""
    kept = {Remark(**remark) for remark in run.remarks} | set(remarks)
    run.note_counts({"remarks_left_out": max(0, len(kept) - MOST_REMARKS)})
    run.remarks = [remark.as_json() for remark in sorted(kept)[:MOST_REMARKS]]


def lock(run: RegisterImport) -> RegisterImport:
    return RegisterImport.objects.select_for_update(of=("self",)).get(pk=run.pk)


def stop_sentence(reason: dict[str, int | str]) -> str:
    """Why a run waits, in words for the screen."""
    return STOPS[str(reason["code"])]().format(**reason)


STOPS = {
    "many_losses": lambda: _("{count} foresatte ville mistet tilgangen. Kontroller at kilden har foreldreansvar."),
    "many_changes": lambda: _("{count} personer ({percent} %) ville blitt endret."),
    "many_new": lambda: _("{count} nye personer ({percent} % av dem som er kjent)."),
    "many_dead": lambda: _("{count} personer er oppgitt som døde."),
}
