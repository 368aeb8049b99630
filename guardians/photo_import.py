"""The photographer's zip, taken in by a worker a few photos at a time.

Each handful is kept in one transaction with how far the work has come: what a killed worker leaves is gone on with, and
no photo is taken in twice. The zip is deleted when it is read, and the result some days later.
"""

import io
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import override

from accessctl.models import User
from guardians.models import PhotoImport
from guardians.photo_zip import ZipRefused, by_number, check_whole, contents, directory
from guardians.photographer import pupils_by_number, save_photos
from guardians.photos import Consent, consents
from schoolapp.lib import clock
from schoolapp.lib.pdf.limits import Limits
from schoolapp.lib.photo_lab import LabFailed, developed
from students import file_jobs

log = logging.getLogger(__name__)
TASK = "guardians.tasks.take_in_photos"
HANDFUL = 20
LIMITS = Limits(cpu_seconds=30, wall_seconds=40.0, memory_bytes=768 * 1024 * 1024)
ALONE = Limits(cpu_seconds=5, wall_seconds=8.0, memory_bytes=768 * 1024 * 1024)
State, Reason = PhotoImport.State, PhotoImport.Reason
OPEN = (State.WAITING, State.WORKING)


@transaction.atomic
def ask(file: File, *, by: User) -> PhotoImport:
    """Keep the zip until a worker has read it. Raises ZipRefused for what its directory tells already."""
    directory(file)
    file.seek(0)
    job = PhotoImport(asked_by=by, file_name=shown_name(file.name or ""))
    job.file.name = default_storage.save(f"skolefoto/{job.uuid}.zip", file)
    job.save()
    file_jobs.ring(job, TASK)
    return job


def shown_name(name: str) -> str:
    """What a file is called by those who sent it, without numbers long enough to be a national id."""
    words = re.sub(r"[0-9]{9,}", "…", "".join(c for c in name if c.isprintable()))
    return words if len(words) <= 100 else f"{words[:60]}…{words[-39:]}"


def take_in(job_id: int) -> None:
    """Go on with the job, if nobody else is at it. An error leaves it to the sweeper, who tries again."""
    job = file_jobs.claim(PhotoImport, job_id)
    if job is None:
        return
    try:
        with override("nb"), default_storage.open(job.file.name) as stored:
            work(job, io.BytesIO(stored.read()))
    except ZipRefused:
        file_jobs.end(job, state=State.FAILED, reason=Reason.BROKEN)
    except Exception:
        log.exception("school photos %s were not taken in", job.uuid)
        file_jobs.end(job, state=file_jobs.after_an_error(job))
    drop_files(PhotoImport.objects.filter(pk=job_id))


def work(job: PhotoImport, zipped: io.BytesIO) -> None:
    members = directory(zipped)
    check_whole(zipped, members)
    named, others = by_number(members)
    if not job.total:
        fresh = {"unmatched": [shown_name(other.filename) for other in others]}
        told = {"total": len(named), "result": fresh, "begun_at": clock.now()}
        if not mine(job).update(**told):
            return
    numbers = list(named)
    for start in range(job.done, len(numbers), HANDFUL):
        handful = numbers[start : start + HANDFUL]
        known = [number for number in handful if number in pupils_by_number(handful, job.asked_by)]
        photos = drawn(contents(zipped, [named[number] for number in known]))
        names = {number: shown_name(named[number].filename) for number in handful}
        if not keep(job, names, dict(zip(known, photos, strict=True))):
            return
    file_jobs.end(job, state=State.DONE)


def mine(job: PhotoImport) -> Any:
    """The row, as long as it is this worker's to write in: not cancelled, and not taken over."""
    return PhotoImport.objects.filter(pk=job.pk, state=State.WORKING, attempts=job.attempts)


def drawn(photos: Sequence[bytes]) -> list[bytes | None]:
    """Each photo drawn anew. One that asks for more than its share spoils no other: then each is drawn alone."""
    if not photos:
        return []
    try:
        return developed(photos, LIMITS)
    except LabFailed:
        return [drawn_alone(photo) for photo in photos]


def drawn_alone(photo: bytes) -> bytes | None:
    try:
        return developed([photo], ALONE)[0]
    except LabFailed:
        return None


@transaction.atomic
def keep(job: PhotoImport, names: Mapping[str, str], photos: Mapping[str, bytes | None]) -> bool:
    """Save what there is consent to now, and note the rest. False when the job is no longer this worker's."""
    row = mine(job).select_for_update().first()
    if row is None:
        return False
    pupils = pupils_by_number(photos, row.asked_by)
    answers = consents(list(pupils.values()))
    allowed = {number: pupil for number, pupil in pupils.items() if answers[pupil.pk] == Consent.YES}
    good = {pupil: photo for number, pupil in allowed.items() if (photo := photos[number])}
    save_photos(list(good.items()), by=row.asked_by)
    add(row.result, "matched", (str(pupil.uuid) for pupil in good))
    refused = (pupil for number, pupil in pupils.items() if number not in allowed)
    add(row.result, "without_consent", (str(pupil.uuid) for pupil in refused))
    add(row.result, "unmatched", (name for number, name in names.items() if number not in pupils))
    add(row.result, "unreadable", (names[number] for number in allowed if not photos[number]))
    row.done += len(names)
    row.lease_until = clock.now() + file_jobs.LEASE
    row.save(update_fields=["result", "done", "lease_until"])
    return True


def add(result: dict[str, list[str]], kind: str, found: Iterable[str]) -> None:
    result[kind] = [*result.get(kind, []), *found]


def cancel(job: PhotoImport) -> bool:
    """End the job where it is; what has been taken in stands. False when it had ended already."""
    told = {"state": State.FAILED, "reason": Reason.CANCELLED, "lease_until": None, "finished_at": clock.now()}
    rows = PhotoImport.objects.filter(pk=job.pk)
    done = rows.filter(state__in=OPEN).update(**told)
    drop_files(rows)
    return bool(done)


def drop_files(jobs: Any) -> int:
    """Delete the zips of those that have ended: they hold photos of children. Returns how many there were."""
    found = list(jobs.closed().exclude(file=""))
    for job in found:
        default_storage.delete(str(job.file.name))
        PhotoImport.objects.filter(pk=job.pk).update(file="")
    return len(found)


def sweep() -> None:
    """Ring again for what waits, and tidy away after what has ended."""
    for job in PhotoImport.objects.due():
        file_jobs.ring(job, TASK)
    drop_files(PhotoImport.objects.all())
    PhotoImport.objects.outlived().delete()
