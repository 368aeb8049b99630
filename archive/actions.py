"""Everything that can be done with deliveries on purpose."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Greatest, Now

from accessctl.audit import record_event
from accessctl.models import School, User
from accessctl.permissions import Permission
from archive import bell, content, preflight, titles
from archive.models import ArchiveFolder, ArchiveRun, Delivery, LogCheck, SchoolArchiveSettings
from archive.record import FolderRef, Record
from schoolapp.lib import clock

log = logging.getLogger(__name__)
State = Delivery.State


class ContentDiffers(Exception):
    """The key is already bound to other content; a changed document needs a new version with a key of its own."""


class StillFailing(Exception):
    """The pre-flight still finds what stopped the delivery. Why is kept on it."""


class NotFailed(Exception):
    """Only a delivery that has failed can be set to «Klar» or withdrawn."""


def queue(record: Record, *, school: School, about: UUID | None) -> Delivery:
    """Promise that `record` reaches the archive. Belongs in the transaction of the decision it documents.

    One that the pre-flight stops stands as «Feilet» at once, with what is to be done. Repeating it with the same
    content gives the same delivery; with other content it raises ContentDiffers.
    """
    return queue_all([(record, school, about)])[0]


def queue_all(promised: Sequence[tuple[Record, School, UUID | None]]) -> list[Delivery]:
    """The same for some records, each with its school and the pupil it concerns, in as many queries as for one."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("archive.actions.queue() needs the caller's transaction")
    plain = {record.key: content.to_json(record) for record, _school, _about in promised}
    known = {row.external_key: row for row in Delivery.objects.filter(external_key__in=plain)}
    new = [each for each in promised if each[0].key not in known]
    known |= {row.external_key: row for row in _promised(new, plain)}
    for key, each in plain.items():
        if known[key].content_sha256 != content.fingerprint(each):
            raise ContentDiffers(key)
    return [known[record.key] for record, _school, _about in promised]


def _promised(new: Sequence[tuple[Record, School, UUID | None]], plain: Mapping[str, dict[str, Any]]) -> list[Delivery]:
    if not new:
        return []
    problems = preflight.check_all([(record, school) for record, school, _about in new])
    folders = _folders([record.folder for record, _school, _about in new])
    rows = [
        Delivery(
            **stopped_by(problems[record.key]),
            external_key=record.key,
            school=school,
            folder=folders[record.folder.key],
            about=about,
            title=titles.plain(record.title),
            record=plain[record.key],
            content_sha256=content.fingerprint(plain[record.key]),
        )
        for record, school, about in new
    ]
    return Delivery.objects.bulk_create(rows)


def stopped_by(problems: list[preflight.Problem]) -> dict[str, Any]:
    """How a delivery stands when the pre-flight has found these; nothing to set when there are none."""
    if not problems:
        return {}
    return {"state": State.PARKED, "failure": Delivery.Failure.STOPPED, "failure_text": preflight.kept(problems)}


def _folders(refs: Sequence[FolderRef]) -> dict[str, ArchiveFolder]:
    """The folders by their keys, made where they are missing, also when somebody else makes them at this moment."""
    wanted = {ref.key: ref for ref in refs}
    found = {row.key: row for row in ArchiveFolder.objects.filter(key__in=wanted)}
    if missing := sorted(wanted.keys() - found.keys()):
        ArchiveFolder.objects.bulk_create(
            [
                ArchiveFolder(
                    key=key,
                    kind=wanted[key].kind,
                    title=wanted[key].title,
                    public_title=wanted[key].public_title,
                    national_id=wanted[key].national_id,
                )
                for key in missing
            ],
            ignore_conflicts=True,
        )
        found |= {row.key: row for row in ArchiveFolder.objects.filter(key__in=missing)}
    return found


@transaction.atomic
def set_ready(delivery: Delivery, *, by: User) -> None:
    """«Sett til Klar»: the cause has been mended; the next run takes it. Raises NotFailed for any other state.

    The quiet period of the last attempt still holds, and what is in the archive already is found, not sent again.
    One that the pre-flight stopped is asked about again, and raises StillFailing with what is left written on it.
    """
    if delivery.failure == Delivery.Failure.STOPPED and (left := _still_stopped(delivery)):
        Delivery.objects.filter(pk=delivery.pk, state=State.PARKED).update(failure_text=preflight.kept(left))
        raise StillFailing
    changed = Delivery.objects.filter(pk=delivery.pk, state=State.PARKED).update(
        state=State.READY, run=None, doubts=0, failure="", failure_text="", next_at=Greatest(Now(), "lease_until")
    )
    if not changed:
        raise NotFailed(delivery.pk)
    record_event(by, "archive_set_ready", delivery)


def _still_stopped(delivery: Delivery) -> list[preflight.Problem]:
    """What is in the way still; warnings are set aside by whoever asks."""
    problems = preflight.check(content.from_json(delivery.record), delivery.school)
    return [problem for problem in problems if not problem.may_stand]


@transaction.atomic
def withdraw(delivery: Delivery, *, by: User) -> None:
    """Take back a failed delivery whose document has a new version. Raises NotFailed for any other state."""
    changed = Delivery.objects.filter(pk=delivery.pk, state=State.PARKED).update(state=State.WITHDRAWN, run=None)
    if not changed:
        raise NotFailed(delivery.pk)
    record_event(by, "archive_withdraw", delivery)


@transaction.atomic
def start_run(*, trigger: str, by: User | None = None) -> ArchiveRun:
    """Take all that is «Klar» into a run; with `by`, only what that person may run. Repeating it does no harm."""
    run = ArchiveRun.objects.create(trigger=trigger, started_by=by)
    rows = Delivery.objects.filter(state=State.READY, run=None)
    if by is not None:
        rows = rows.visible_to(by, Permission.RUN_ARCHIVE)
    taken = Delivery.objects.filter(Q(pk__in=rows.values("pk")), state=State.READY, run=None).update(run=run)
    if not taken:
        ArchiveRun.objects.filter(pk=run.pk).update(finished_at=Now())
    log.info("archive run %s (%s) took %s deliveries", run.pk, trigger, taken)
    transaction.on_commit(bell.ring)
    return run


@transaction.atomic
def send_now(delivery: Delivery, *, by: User) -> ArchiveRun:
    """Take this one delivery into a run of its own. One that is not «Klar» is left as it is."""
    run = ArchiveRun.objects.create(trigger=ArchiveRun.Trigger.MANUAL, started_by=by)
    if not Delivery.objects.filter(pk=delivery.pk, state=State.READY, run=None).update(run=run):
        ArchiveRun.objects.filter(pk=run.pk).update(finished_at=Now())
    transaction.on_commit(bell.ring)
    return run


@transaction.atomic
def change_settings(settings: SchoolArchiveSettings, *, by: User) -> None:
    """Save a school's archive settings. They hold from the next document sent."""
    settings.save()
    record_event(by, "archive_settings", settings.school)


def look_at_log(*, by: User) -> None:
    """Note that the failed have been looked at today, which is the daily duty of handbook 6.3."""
    LogCheck.objects.update_or_create(user=by, defaults={"at": clock.now()})
