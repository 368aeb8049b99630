"""Bringing the staff register up to date: staged, compared, and then either all of it or nothing.

A file that is refused, or that has too few of those employed until now, changes nothing and closes nobody.
"""

import json
import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.audit import record_act
from accessctl.models import User
from schoolapp.lib import clock
from staff.hr import access
from staff.hr.apply import Application, leave, settle
from staff.hr.diff import plan_of
from staff.hr.reader import read
from staff.hr.shape import Feed, FeedRefused, Refusal
from staff.hr.source import Delivered, fetch
from staff.models import Employee, MissingEmployee, OrgUnit, Position, StagedEmployee, SyncLine, SyncRun

log = logging.getLogger(__name__)

State = SyncRun.State
LOCK = 4_600_601
# A run that began this long ago was killed with its process; its transaction is long gone.
DEAD_AFTER = timedelta(hours=1)


class SyncError(ValueError):
    """What was asked for can not be done; the text says why."""


def ask_for_run(*, by: User) -> SyncRun:
    """Put a run in the queue: the worker fetches the newest file. One that waits already is enough."""
    waiting = SyncRun.objects.filter(state=State.WAITING).first()
    run = waiting or SyncRun.objects.create(trigger=SyncRun.Trigger.BY_HAND, by=by)
    record_act(by, "run_staff_sync", object_id=run.uuid)
    return run


@transaction.atomic
def accept_file(short: SyncRun, *, by: User) -> SyncRun:
    """Put a run in the queue that reads the file in though it is short, if it still does what `short` says it would.

    Raises SyncError when the run was not stopped for being short, and when another file has been read or tried since.
    """
    found = SyncRun.objects.select_for_update(of=("self",)).get(pk=short.pk)
    if found.state != State.SHORT:
        raise SyncError(_("Denne filen ble ikke stanset fordi den hadde for få ansatte."))
    if SyncRun.objects.filter(asked_at__gt=found.asked_at).exists():
        raise SyncError(_("Det er kommet en nyere kjøring. Se på den først."))
    run = SyncRun.objects.create(trigger=SyncRun.Trigger.BY_HAND, by=by, accepts=found)
    record_act(by, "accept_short_staff_file", what=str(found.counts.get("lost", "")), object_id=found.uuid)
    return run


def run_waiting() -> int:
    """Carry out what somebody has asked for. Returns how many."""
    reason = _("kjøringen ble avbrutt. Ingenting er endret. Kjør den på nytt")
    SyncRun.objects.filter(state=State.RUNNING, started_at__lt=clock.now() - DEAD_AFTER).update(
        state=State.REFUSED, finished_at=clock.now(), refusals=[{"row": None, "reason": reason}]
    )
    done = 0
    for run in SyncRun.objects.filter(state=State.WAITING).order_by("asked_at", "pk"):
        carry_out(run, fetch)
        done += 1
    return done


def run_nightly() -> SyncRun:
    """Tonight's run, from where the files come."""
    return carry_out(SyncRun.objects.create(trigger=SyncRun.Trigger.NIGHTLY), fetch)


def carry_out(run: SyncRun, get: Callable[[], Delivered], *, accept_short: bool = False) -> SyncRun:
    """Fetch, read and apply one file, and note in the run how it went. An unforeseen error is noted and goes on up."""
    if not claim(run):
        return run
    try:
        delivered = get()
        run.source = delivered.name
        feed = read(delivered.content)
        run.format, run.sha256 = feed.format, feed.sha256
        with transaction.atomic():
            take_in(run, feed, accept_short=accept_short)
    except FeedRefused as error:
        run.state = State.REFUSED
        run.refusals = [{"row": refusal.row, "reason": refusal.reason} for refusal in error.refusals]
    except Exception:
        run.state = State.REFUSED
        run.refusals = [{"row": None, "reason": _("uventet feil. Ingenting er endret. Meld fra til driften")}]
        raise
    finally:
        run.finished_at = clock.now()
        run.save()
        # No personal data: the name of the file may be anything, so it stays out too.
        log.info("staff sync %s: %s", run.uuid, run.state)
    return run


def claim(run: SyncRun) -> bool:
    """Whether this process carries the run out. Only one goes on at a time."""
    try:
        with transaction.atomic():
            claimed = SyncRun.objects.filter(pk=run.pk, state=State.WAITING).update(
                state=State.RUNNING, started_at=clock.now()
            )
    except IntegrityError:
        return False
    run.refresh_from_db()
    return bool(claimed)


def take_in(run: SyncRun, feed: Feed, *, accept_short: bool) -> None:
    """Stage the file, compare, and apply. What a short one would have done is noted, and undone unless accepted.

    The staged rows go either way.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    StagedEmployee.objects.bulk_create(
        [
            StagedEmployee(run=run, row=one.row, employee_number=one.employee_number, content=as_stored(one.as_json()))
            for one in feed.employees
        ],
        batch_size=1000,
    )
    plan = plan_of(run)
    run.counts = {"people": len(feed.employees), "known": plan.known, "lost": plan.lost}
    is_short = plan.is_short(settings.STAFF_FEED_LEAST_PERCENT) and not accept_short
    application = Application(run, plan)
    with transaction.atomic():
        run.counts |= application.carry_out()
        run.foreseen = digest_of(application.lines) if is_short else ""
        if is_short and not (run.accepts and run.accepts.foreseen == run.foreseen):
            transaction.set_rollback(True)
            run.state = State.SHORT
    if run.state == State.SHORT:
        run.refusals = [Refusal(why_short(run)).__dict__]
        SyncLine.objects.bulk_create(as_foreseen(application.lines), batch_size=1000)
    else:
        run.state = State.APPLIED
        run.counts["ended"] = access.close_ended()
    run.staged.all().delete()


def why_short(run: SyncRun) -> str:
    words = {"lost": run.counts["lost"], "known": run.counts["known"]}
    if run.accepts:
        return _("Filen ville nå gjøre noe annet enn det som ble godtatt. Se gjennom den på nytt")
    reason = _("{lost} av {known} ansatte mangler eller er avsluttet i filen. Det er flere enn grensen tillater")
    return reason.format(**words)


def digest_of(lines: Iterable[SyncLine]) -> str:
    """Two files that would do the same to the same people have the same digest, whatever order they stand in."""
    told = [[line.kind, line.employee.employee_number if line.employee else "", line.detail] for line in lines]
    return sha256(json.dumps(sorted(told)).encode()).hexdigest()


def as_foreseen(lines: Iterable[SyncLine]) -> list[SyncLine]:
    """The lines of something that was not done: whoever would have been new is nobody yet."""
    return [
        SyncLine(
            run=line.run,
            kind=line.kind,
            employee=None if line.kind == SyncLine.Kind.CREATED else line.employee,
            row=line.row,
            detail=line.detail,
        )
        for line in lines
    ]


def as_stored(content: dict[str, Any]) -> dict[str, Any]:
    """Dates as text, for JSON."""
    positions = [
        {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in position.items()}
        for position in content["positions"]
    ]
    return content | {"positions": positions}


def close_missing(flag: MissingEmployee, *, by: User) -> None:
    """Somebody has checked that the employee has left. Access ends here and now. Raises SyncError when settled."""
    with transaction.atomic(), wall.lifted("all that opens something for somebody who has left must end"):
        flag = waiting(flag)
        leave(flag.employee)
        settle(flag, MissingEmployee.State.CLOSED, by=by)
        access.close_ended()
        SyncLine.objects.create(run=flag.run, kind=SyncLine.Kind.CLOSED, employee=flag.employee)
        record_act(by, "close_missing_employee", object_id=flag.employee.uuid)


@transaction.atomic
def keep_missing(flag: MissingEmployee, *, by: User) -> None:
    """The employee works here though HR's file does not say so. No file asks again before they have been in one."""
    flag = waiting(flag)
    settle(flag, MissingEmployee.State.KEPT, by=by)
    record_act(by, "keep_missing_employee", object_id=flag.employee.uuid)


def waiting(flag: MissingEmployee) -> MissingEmployee:
    rows = MissingEmployee.objects.select_for_update(of=("self",)).select_related("employee__person__user", "run")
    found = rows.get(pk=flag.pk)
    if found.state != MissingEmployee.State.WAITING:
        raise SyncError(_("Dette er avgjort allerede."))
    return found


def set_school(unit: OrgUnit, *, by: User | None) -> None:
    """Save which school a unit is, and let those who work there belong to it at once."""
    with transaction.atomic(), wall.lifted("who works in the unit follows from the staff register"):
        unit.save()
        Position.objects.filter(unit=unit).update(school=unit.school)
        for employee in Employee.objects.filter(positions__unit=unit).distinct().select_related("person__user"):
            access.keep_access(employee, list(Position.objects.filter(employee=employee)))
        if by:
            record_act(by, "map_org_unit", what=str(unit)[:120], object_id=unit.uuid)
