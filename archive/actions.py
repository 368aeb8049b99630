"""Everything that can be done with deliveries on purpose."""

import logging
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Greatest, Now

from accessctl.audit import record_event
from accessctl.models import School, User
from accessctl.permissions import Permission
from archive import bell, content, titles
from archive.models import ArchiveFolder, ArchiveRun, Delivery, SchoolArchiveSettings
from archive.record import FolderRef, Record

log = logging.getLogger(__name__)
State = Delivery.State


class ContentDiffers(Exception):
    """The key is already bound to other content; a changed document needs a new version with a key of its own."""


class NotFailed(Exception):
    """Only a delivery that has failed can be set to «Klar» or withdrawn."""


def queue(record: Record, *, school: School, about: UUID | None) -> Delivery:
    """Promise that `record` reaches the archive. Belongs in the transaction of the decision it documents.

    Repeating it with the same content gives the same delivery; with other content it raises ContentDiffers.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("archive.actions.queue() needs the caller's transaction")
    plain = content.to_json(record)
    proof = content.fingerprint(plain)
    delivery, _ = Delivery.objects.get_or_create(
        external_key=record.key,
        defaults={
            "school": school,
            "folder": _folder(record.folder),
            "about": about,
            "title": titles.plain(record.title),
            "record": plain,
            "content_sha256": proof,
        },
    )
    if delivery.content_sha256 != proof:
        raise ContentDiffers(record.key)
    return delivery


def _folder(ref: FolderRef) -> ArchiveFolder:
    folder, _ = ArchiveFolder.objects.get_or_create(
        key=ref.key,
        defaults={
            "kind": ref.kind,
            "title": ref.title,
            "public_title": ref.public_title,
            "national_id": ref.national_id,
        },
    )
    return folder


@transaction.atomic
def set_ready(delivery: Delivery, *, by: User) -> None:
    """«Sett til Klar»: the cause has been mended; the next run takes it. Raises NotFailed for any other state.

    The quiet period of the last attempt still holds, and what is in the archive already is found, not sent again.
    """
    changed = Delivery.objects.filter(pk=delivery.pk, state=State.PARKED).update(
        state=State.READY, run=None, doubts=0, failure="", failure_text="", next_at=Greatest(Now(), "lease_until")
    )
    if not changed:
        raise NotFailed(delivery.pk)
    record_event(by, "archive_set_ready", delivery)


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
def change_settings(settings: SchoolArchiveSettings, *, by: User) -> None:
    """Save a school's archive settings. They hold from the next document sent."""
    settings.save()
    record_event(by, "archive_settings", settings.school)
