"""The work behind files that take a while to make: one worker takes each, and every end leaves a row that says so."""

import logging
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from tempfile import TemporaryFile
from typing import IO, Any

from celery import current_app
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils.translation import override
from kombu.exceptions import OperationalError

from schoolapp.lib import clock
from students.models import FileJob

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=6)  # longer than a task may run
MOST_ATTEMPTS = 3
Tell = Callable[[int, int], None]
State = FileJob.State


def ring(job: FileJob, task: str) -> None:
    """Wake a worker once what has been done so far is committed. A bell nobody hears is rung again by the sweeper."""

    def send() -> None:
        try:
            current_app.send_task(task, [job.pk])
        except OperationalError:
            log.warning("the broker cannot be reached; the sweeper will ring again")

    transaction.on_commit(send)


def sweep(model: type[FileJob], task: str) -> int:
    """Ring again for what waits, and delete the files that have had their days. Returns how many were deleted."""
    for job in model.objects.due():
        ring(job, task)
    gone = list(model.objects.outlived())
    for job in gone:
        default_storage.delete(str(job.file.name))
        model.objects.filter(pk=job.pk).update(state=State.GONE, file="", sha256="", size=0)
    return len(gone)


def claim(model: type[FileJob], job_id: int) -> Any:
    """The job, taken by this worker; None when another has it, or when it was tried so often that it has failed."""
    rows = model.objects
    lease = clock.now() + LEASE
    taken = rows.due().filter(pk=job_id).update(state=State.WORKING, lease_until=lease, attempts=F("attempts") + 1)
    if not taken:
        return None
    job = rows.get(pk=job_id)
    if job.attempts > MOST_ATTEMPTS:
        end(job, state=State.FAILED)
        return None
    return job


def after_an_error(job: FileJob) -> State:
    """What becomes of a job whose attempt ended in an error: the sweeper tries again, but not for ever."""
    return State.FAILED if job.attempts >= MOST_ATTEMPTS else State.WAITING


def make(model: type[FileJob], job_id: int, *, folder: str, suffix: str, write: Callable[..., None]) -> None:
    """Let `write(job, file, tell)` write the file, if nobody else is at it. What it writes is kept only when whole.

    An attempt that ends in an error is made again by the sweeper; after MOST_ATTEMPTS the job has failed.
    """
    job = claim(model, job_id)
    if job is None:
        return
    path = f"{folder}/{job.uuid}{suffix}"
    default_storage.delete(path)  # what an attempt that died may have left
    try:
        with override("nb"), TemporaryFile() as file:
            counted = Counted(file)
            write(job, counted, lambda done, of: tell(job, done, of))
            file.seek(0)
            kept = default_storage.save(path, File(file))
    except Exception:
        log.exception("%s %s was not made", model._meta.label, job.uuid)
        default_storage.delete(path)
        end(job, state=after_an_error(job))
        return
    end(job, state=State.DONE, file=kept, size=counted.size, sha256=counted.sha256.hexdigest())


def end(job: FileJob, **fields: object) -> None:
    """Note how it went, unless another worker has taken the job over meanwhile."""
    rows = type(job).objects.filter(pk=job.pk, state=State.WORKING, attempts=job.attempts)
    rows.update(**fields, lease_until=None, finished_at=clock.now())


def tell(job: FileJob, done: int, of: int) -> None:
    type(job).objects.filter(pk=job.pk).update(done=done, total=of)


class Counted:
    """A file that is written from first to last byte, with its size and digest. It cannot be wound back."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.size, self.sha256 = file, 0, sha256()

    def write(self, content: bytes) -> int:
        self.file.write(content)
        self.size += len(content)
        self.sha256.update(content)
        return len(content)

    def flush(self) -> None:
        self.file.flush()
