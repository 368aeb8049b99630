"""Asking for a file to another system, and making it. Each pupil in it stands in the access log."""

import hashlib
from collections.abc import Callable
from typing import BinaryIO

from django.db import transaction

from accessctl.audit import record_act, record_pupils
from accessctl.models import User
from guardians.exchange import entitlements, oneroster, pifu
from guardians.exchange.reading import read
from guardians.exchange.shape import Roster
from guardians.models import RosterExport
from people.models import Person, Protection
from schoolapp.lib import clock
from students import file_jobs

TASK = "guardians.tasks.make_roster"
Format = RosterExport.Format
WRITERS: dict[str, Callable[[Roster, BinaryIO], None]] = {
    Format.PIFU: pifu.write,
    Format.ONEROSTER: oneroster.write,
    Format.FEIDE: entitlements.write,
}
SUFFIXES = {Format.PIFU: ".xml", Format.ONEROSTER: ".zip", Format.FEIDE: ".csv"}
MIME = {Format.PIFU: "application/xml", Format.ONEROSTER: "application/zip", Format.FEIDE: "text/csv; charset=utf-8"}


@transaction.atomic
def ask(format_: str, *, with_numbers: bool, with_guardians: bool, by: User) -> RosterExport:
    """Order a file. A worker makes it."""
    job = RosterExport.objects.create(
        format=format_, with_numbers=with_numbers, with_guardians=with_guardians, asked_by=by
    )
    record_act(by, "export", what=f"fil til et annet system: {Format(format_).label}"[:120], object_id=job.uuid)
    file_jobs.ring(job, TASK)
    return job


def protected_now() -> str:
    """A digest of who has address protection. It changes when somebody gets it, or gets rid of it."""
    ids = Person.objects.exclude(protection=Protection.NONE).order_by("pk").values_list("pk", flat=True)
    return hashlib.md5(",".join(map(str, ids)).encode(), usedforsecurity=False).hexdigest()


def is_outdated(job: RosterExport) -> bool:
    """Whether somebody may stand in the file who has been given address protection since (handbook 8.2)."""
    return job.kept_out != protected_now()


def write(job: RosterExport, file: BinaryIO, tell: file_jobs.Tell) -> None:
    """Read, log and write. What cannot be logged is not written."""
    tell(0, 3)
    RosterExport.objects.filter(pk=job.pk).update(kept_out=protected_now())
    roster, pupils = read(taken_at=clock.now(), with_numbers=job.with_numbers, with_guardians=job.with_guardians)
    tell(1, 3)
    record_pupils(job.asked_by, "export", pupils, what=f"fil til et annet system: {Format(job.format).label}")
    tell(2, 3)
    WRITERS[job.format](roster, file)
    RosterExport.objects.filter(pk=job.pk).update(counts=roster.counts(), done=3, total=3)


def make(job_id: int) -> None:
    job = RosterExport.objects.filter(pk=job_id).first()
    if job:
        suffix = SUFFIXES[Format(job.format)]
        file_jobs.make(RosterExport, job_id, folder="eksport", suffix=suffix, write=write)


def sweep() -> int:
    return file_jobs.sweep(RosterExport, TASK)
